"""A reasoner of another kind: rules, a prompt, no weights, and answers that are no prior."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from rr_tasks.photographs.pixels import Bytes
from rr_tasks.reasoner.protocol import Answer, Unparsed
from schemas.prior.current import (
    DEGRADATIONS,
    Blur,
    DiagnosticPrior,
    Haze,
    HazeParameters,
    ImageSize,
    Noise,
    Provenance,
    Rain,
    Scene,
)
from schemas.reasoner import ReasonerIdentity

RAMBLING = '{"haze": "I would rather not'
PALE, DARK = 165, 145


class RuleReasoner:
    """Takes pale photographs for hazy, rambles about dark ones, and fails on very small ones."""

    batch_size = 5
    identity = ReasonerIdentity(
        kind="rules",
        model="pale is hazy",
        revision="3",
        prompt_version="7",
        decoding={"temperature": 0.5},
        libraries={"numpy": "2"},
    )

    def __init__(self) -> None:
        self.batches: list[int] = []

    def diagnose_all(self, images: Sequence[Bytes]) -> list[Answer]:
        self.batches.append(len(images))
        if any(min(image.shape[:2]) < 8 for image in images):
            raise ArithmeticError("too small to divide\nsecond line")
        return [self._diagnose(image) for image in images]

    def expected_severities(self, images: Sequence[Bytes]) -> npt.NDArray[np.float64]:
        rows = np.zeros((len(images), len(DEGRADATIONS)))
        rows[:, 0] = [image.mean() / 2.55 for image in images]
        rows[[image.mean() < DARK for image in images]] = np.nan
        return rows

    def _diagnose(self, image: Bytes) -> Answer:
        if image.mean() < DARK:
            return Unparsed("no JSON object", RAMBLING)
        height, width = image.shape[:2]
        pale = bool(image.mean() > PALE)
        light = HazeParameters(atmospheric_light=(0.9, 0.9, 0.9), transmission=0.5, beta=1.0)
        return DiagnosticPrior(
            image=ImageSize(width=width, height=height),
            haze=Haze(
                present=pale, severity=50.0 if pale else 0.0, parameters=light if pale else None
            ),
            blur=Blur(present=False, severity=0.0),
            rain=Rain(present=False, severity=0.0),
            noise=Noise(present=False, severity=0.0),
            scene=Scene(description="something"),
            order=("haze",) if pale else (),
            reasoning="it is pale" if pale else "it is not pale",
            provenance=Provenance(source="reasoner", author="pale is hazy", prompt_version="7"),
        )
