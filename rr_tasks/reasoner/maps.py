"""The maps of one photograph, and the findings that they complete."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from rr_tasks.reasoner.kernels import from_working_size
from schemas.prior.blur import BlurParameters
from schemas.prior.current import AnyFinding
from schemas.prior.degradation import Degradation
from schemas.prior.haze import HazeParameters
from schemas.prior.noise import GAIN_SCALE, SIGMA_SCALE, NoiseParameters
from schemas.prior.noise_channels import NoiseChannels
from schemas.prior.transmission_map import TransmissionMap

Floats = npt.NDArray[np.float32]

LIGHTS = ("linear", "coded")
"""The order of the transmissions."""


class Maps(NamedTuple):
    """Where haze is how thick, what a point becomes, and how noisy each channel is.

    Attributes:
        transmissions: (2, 16, 16), 0-1, over the whole photograph, in each of `LIGHTS`.
        kernel: (`KERNEL_SIDE`, `KERNEL_SIDE`) at working size, which adds up to 1.
        channels: (2, 3); sigma and gain of red, green and blue, scaled as in the prior's vector.
        scale: pixels of the working size in one of the photograph.
    """

    transmissions: Floats
    kernel: Floats
    channels: Floats
    scale: float

    def complete(self, findings: Mapping[str, AnyFinding]) -> dict[str, AnyFinding]:
        """Add the maps to the findings of what is present."""
        return {name: self._complete(finding) for name, finding in findings.items()}

    def _complete(self, finding: AnyFinding) -> AnyFinding:
        if finding.parameters is None:
            return finding
        update = self._maps_of(finding.parameters)
        return finding.model_copy(
            update={"parameters": finding.parameters.model_copy(update=update)}
        )

    def _maps_of(self, parameters: Degradation) -> dict[str, object]:
        match parameters:
            case HazeParameters(light=light):
                rows = self.transmissions[LIGHTS.index(light)].tolist()
                drawn = TransmissionMap(rows=tuple(map(tuple, rows)))
                mean = float(np.mean(drawn.rows))
                return {"transmission_map": drawn, "transmission": mean}
            case BlurParameters():
                return {"kernel": from_working_size(self.kernel, self.scale)}
            case NoiseParameters():
                sigma, gain = self.channels.clip(0.0) * [[SIGMA_SCALE], [GAIN_SCALE]]
                return {"channels": NoiseChannels(sigma=tuple(sigma), gain=tuple(gain))}
            case _:
                return {}
