"""The edge reasoner: diagnoses a photograph on a CPU in a few hundredths of a second."""

from collections.abc import Sequence
from typing import NamedTuple, Self

import numpy as np
import numpy.typing as npt
import torch

from rr_tasks.degrade.catalogue import CATALOGUE
from rr_tasks.device import autocast
from rr_tasks.photographs.pixels import Bytes, Pixels
from rr_tasks.priors import make_prior
from rr_tasks.reasoner.diagnosis import diagnose
from rr_tasks.reasoner.maps import Maps
from rr_tasks.reasoner.network import CHANNEL_ENTRIES, Reading, ReasonerNetwork
from rr_tasks.reasoner.protocol import Answer
from rr_tasks.reasoner.views import take_views
from rr_tasks.weights.file import hash_weights, load_network, locate_shipped
from schemas.network import NetworkName
from schemas.prior.current import DEGRADATIONS, DiagnosticPrior, Provenance
from schemas.prior.vector import (
    VECTOR_LENGTH,
    findings_from_vector,
    length_entries,
    light_entries,
    presence_entries,
    severity_entries,
)
from schemas.reasoner import ReasonerIdentity

Floats = npt.NDArray[np.float32]

NAME: NetworkName = "edge-reasoner"

ALGORITHM = 1
"""Counts changes of the code that alter diagnoses by the same weights.

Another release of a library, like another processor, changes only the last bits, so neither is part
of the identity. If an upgrade changes more, the golden outputs show it, and this is raised.
"""

_PRESENT = presence_entries()
_SEVERITY = severity_entries()
_LOGITS = [*_PRESENT, *light_entries()]
_PARTS = [VECTOR_LENGTH, len(DEGRADATIONS), len(CHANNEL_ENTRIES)]


class Prediction(NamedTuple):
    """What the network says about B photographs.

    Attributes:
        vectors: prior vectors (B, `VECTOR_LENGTH`), `present` and `coded` as probabilities.
        deviations: standard deviations of the severities (B, 4), in points, in the order of
            `DEGRADATIONS`.
        maps: the maps of each photograph, or None from a network without maps.
    """

    vectors: Floats
    deviations: Floats
    maps: Sequence[Maps | None]


class EdgeReasoner:
    """Turns photographs into diagnostic priors; see `rr_tasks.reasoner.protocol.Reasoner`.

    Args:
        network: trained weights in evaluation mode; also an attribute.
        weights_sha256: identifies them in the provenance.
    """

    batch_size = 8

    def __init__(self, network: ReasonerNetwork, weights_sha256: str) -> None:
        self.network = network
        self.identity = ReasonerIdentity(
            kind="edge", algorithm=ALGORITHM, weights_sha256=weights_sha256
        )

    @classmethod
    def load(cls, url: str | None = None) -> Self:
        """Load weights, by default the shipped ones.

        Raises:
            UnusableWeightsError: see `rr_tasks.weights.file.load_network`.
        """
        url = url or locate_shipped(NAME)
        return cls(load_network(url, ReasonerNetwork).fuse(), hash_weights(url))

    def diagnose(self, pixels: Pixels) -> DiagnosticPrior:
        """Diagnose one photograph, (H, W, 3), sRGB-coded, 8 or 16 bits, of any size."""
        return diagnose(self, pixels)

    def diagnose_all(self, images: Sequence[Bytes]) -> list[Answer]:
        """Diagnose photographs of any sizes in one pass through the network."""
        return [self._prior(*found) for found in zip(images, *self.predict(images), strict=True)]

    def predict(self, images: Sequence[Bytes]) -> Prediction:
        """Run the network on photographs of any sizes.

        Raises:
            ArithmeticError: it computes something else than numbers.
        """
        seen = [take_views(image, whole=self.network.shape.maps) for image in images]
        with torch.inference_mode(), autocast(torch.device("cpu")):
            reading = self.network(
                _planes([one.overview for one in seen]),
                _planes([one.working for one in seen]),
                _planes([one.native for one in seen]),
                torch.from_numpy(np.stack([one.cepstra for one in seen])),
                torch.tensor([float(one.short_side) for one in seen]),
            )
            if not reading.entries.isfinite().all():
                raise ArithmeticError("no numbers (NaN); the weights may be damaged")
            return _interpret(reading, [one.scale for one in seen])

    def expected_severities(self, images: Sequence[Bytes]) -> npt.NDArray[np.float64]:
        """Return the expected severity of each type, (B, 4), 0-100; see the protocol."""
        vectors = self.predict(images).vectors.astype(np.float64)
        return np.asarray(100 * vectors[:, _PRESENT] * vectors[:, _SEVERITY].clip(0.0, 1.0))

    def _prior(
        self, image: Bytes, vector: Floats, deviations: Floats, maps: Maps | None
    ) -> DiagnosticPrior:
        short_side = min(image.shape[:2])
        read = findings_from_vector(vector.tolist())
        findings = {
            name: CATALOGUE[name].make_consistent(finding, short_side)
            for name, finding in (maps.complete(read) if maps else read).items()
        }
        sure = {
            name: finding.model_copy(
                update={
                    "probability": round(float(vector[place]), 4),
                    "severity_std": round(float(deviation), 2) if finding.present else None,
                }
            )
            for (name, finding), place, deviation in zip(
                findings.items(), _PRESENT, deviations, strict=True
            )
        }
        provenance = Provenance(
            source="reasoner",
            author=NAME,
            weights_sha256=self.identity.weights_sha256,
        )
        return make_prior(image, sure, provenance)


def _planes(views_of_all: Sequence[Bytes]) -> torch.Tensor:
    """Stack views (..., H, W, 3) of several photographs into (B, ..., 3, H, W)."""
    return torch.from_numpy(np.stack(views_of_all)).movedim(-1, -3)


def _interpret(reading: Reading, scales: Sequence[float]) -> Prediction:
    """Turn what the network reads at working size, at these scales, into what it says."""
    vectors, doubts, channels = torch.split(reading.entries, _PARTS, 1)
    vectors[:, _LOGITS] = vectors[:, _LOGITS].sigmoid()
    vectors[:, length_entries()] /= torch.tensor(scales)[:, None]
    # The network learns mean absolute errors, as of a Laplace distribution.
    deviations = (100 * 2**0.5 * doubts.exp()).clamp(max=100.0)
    maps: list[Maps | None] = [None] * len(scales)
    if reading.maps is not None and reading.kernels is not None:
        weights = reading.kernels.flatten(1).softmax(1).view_as(reading.kernels)
        arrays = (reading.maps.sigmoid(), weights, channels.reshape(-1, 2, 3))
        maps = list(map(Maps, *(array.numpy() for array in arrays), scales))
    return Prediction(np.asarray(vectors.numpy()), np.asarray(deviations.numpy()), maps)
