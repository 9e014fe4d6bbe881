"""A vision-language model of the Qwen family as a reasoner."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from rr_tasks.photographs.pixels import Bytes
from rr_tasks.reasoner.answers import read_answer
from rr_tasks.reasoner.protocol import Answer, Unparsed
from rr_tasks.reasoner.question import DIAGNOSIS, RATING
from rr_tasks.reasoner.qwen.model import QwenModel
from schemas.prior.current import ImageSize, Provenance


class QwenReasoner:
    """Turns photographs into diagnostic priors; see `rr_tasks.reasoner.protocol.Reasoner`.

    Answers are written within a grammar, so they follow the schema unless they are cut off; whether
    reasoning and findings agree is checked when they are read.

    Args:
        model: the model.
    """

    def __init__(self, model: QwenModel) -> None:
        self._model = model
        self.batch_size = model.batch_size
        self.identity = model.identify(DIAGNOSIS, RATING)
        self._author = Provenance(
            source="reasoner",
            author=self.identity.label,
            weights_sha256=self.identity.weights_sha256,
            prompt_version=DIAGNOSIS.version,
        )

    def diagnose_all(self, images: Sequence[Bytes]) -> list[Answer]:
        """Diagnose photographs of any sizes."""
        texts = self._model.write_all(images, DIAGNOSIS)
        return [self._read(*found) for found in zip(images, texts, strict=True)]

    def expected_severities(self, images: Sequence[Bytes]) -> npt.NDArray[np.float64]:
        """Return the expected severity of each type, (B, 4), 0-100; see the protocol."""
        return self._model.rate_all(images)

    def _read(self, image: Bytes, text: str | Unparsed) -> Answer:
        if isinstance(text, Unparsed):
            return text
        height, width = image.shape[:2]
        return read_answer(text, ImageSize(width=width, height=height), self._author)
