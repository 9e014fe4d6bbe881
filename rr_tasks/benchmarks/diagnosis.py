"""How long a diagnosis takes compared with the restoration that follows."""

import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import cycle, islice
from typing import TypeVar

import cv2
import numpy as np

from rr_tasks.degrade.color import Bytes
from rr_tasks.degrade.mixture import degrade
from rr_tasks.photographs.listing import list_photographs
from rr_tasks.photographs.reading import read_photograph
from rr_tasks.reasoner.diagnosis import diagnose
from rr_tasks.reasoner.load import load_reasoner
from rr_tasks.restorer.load import load_restorer
from schemas.prior.current import DEGRADATIONS
from schemas.reasoner import EdgeReasonerChoice
from schemas.recipe import EDGE_DEFAULT
from schemas.restorer import EdgeRestorerChoice

T = TypeVar("T")

SIDE = 512
_WARM_UP = 3
_SEVERITY = 50.0


@dataclass(frozen=True)
class DiagnosisSpeed:
    """Median seconds for one photograph of `SIDE` x `SIDE`."""

    photographs: int
    diagnosis_seconds: float
    restoration_seconds: float

    @property
    def share(self) -> float:
        """Time of the diagnosis relative to that of the restoration."""
        return self.diagnosis_seconds / self.restoration_seconds


def measure_diagnosis(photographs: str, count: int) -> DiagnosisSpeed:
    """Diagnose and restore `count` photographs in turn, each with all four degradations.

    Raises:
        MissingFolderError: there are no photographs.
    """
    reasoner, restorer = load_reasoner(EdgeReasonerChoice()), load_restorer(EdgeRestorerChoice())
    diagnoses, restorations = [], []
    for image in islice(draw_degraded(photographs), _WARM_UP + count):
        seconds, prior = _time(diagnose, reasoner, image)
        diagnoses.append(seconds)
        seconds, _ = _time(restorer.restore, image, prior)
        restorations.append(seconds)
    return DiagnosisSpeed(
        count, statistics.median(diagnoses[_WARM_UP:]), statistics.median(restorations[_WARM_UP:])
    )


def draw_degraded(photographs: str) -> Iterator[Bytes]:
    """Yield photographs of `SIDE` x `SIDE` with all four degradations, endlessly."""
    rng = np.random.default_rng(0)
    severities: dict[str, float] = dict.fromkeys(DEGRADATIONS, _SEVERITY)
    for url in cycle(list_photographs(photographs)):
        photograph = read_photograph(url)
        clean = cv2.resize(photograph, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
        yield degrade(np.asarray(clean, np.uint8), severities, EDGE_DEFAULT, rng).image


def _time(work: Callable[..., T], *arguments: object) -> tuple[float, T]:
    start = time.perf_counter()
    result = work(*arguments)
    return time.perf_counter() - start, result
