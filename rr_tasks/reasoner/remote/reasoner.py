"""The reasoner behind a server."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from rr_tasks.photographs.pixels import Bytes
from rr_tasks.reasoner.answers import read_answer
from rr_tasks.reasoner.protocol import Answer, Unparsed
from rr_tasks.reasoner.question import DIAGNOSIS
from rr_tasks.reasoner.remote.model import RemoteModel
from schemas.prior.current import DEGRADATIONS, DiagnosticPrior, ImageSize, Provenance
from schemas.remote import RemoteReasonerChoice


class RemoteReasoner:
    """Diagnoses photographs by a served model; see `rr_tasks.reasoner.protocol.Reasoner`.

    Args:
        choice: the server, the model and how it is asked.

    Raises:
        UnavailableServerError, RefusingServerError: the server does not answer, or not to us.
    """

    def __init__(self, choice: RemoteReasonerChoice) -> None:
        self._model = RemoteModel(choice)
        self.batch_size = self._model.batch_size
        self.identity = self._model.identify(DIAGNOSIS)

    def diagnose_all(self, images: Sequence[Bytes]) -> list[Answer]:
        """Diagnose photographs of any sizes.

        Raises:
            UnavailableServerError, RefusingServerError: the server does not answer, or not to us.
            StorageError: replies cannot be kept.
        """
        texts = self._model.write_all(images, DIAGNOSIS)
        return [self._read(*found) for found in zip(images, texts, strict=True)]

    def expected_severities(self, images: Sequence[Bytes]) -> npt.NDArray[np.float64]:
        """Return the severities that the model gives, (B, 4), 0-100; see the protocol.

        Servers tell no probabilities, so a severity jumps where a finding appears.
        """
        expected = np.full((len(images), len(DEGRADATIONS)), np.nan)
        for row, found in zip(expected, self.diagnose_all(images), strict=True):
            if isinstance(found, DiagnosticPrior):
                row[:] = [found.finding(name).severity for name in DEGRADATIONS]
        return expected

    def _read(self, image: Bytes, text: str | Unparsed) -> Answer:
        if isinstance(text, Unparsed):
            return text
        height, width = image.shape[:2]
        provenance = Provenance(
            source="reasoner", author=self.identity.label, prompt_version=DIAGNOSIS.version
        )
        return read_answer(text, ImageSize(width=width, height=height), provenance)
