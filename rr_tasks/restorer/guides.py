"""What physics makes of a whole photograph and its prior: further planes beside its pixels.

The restorer corrects these planes instead of guessing from a tile how thick the haze is, or in
which way light was spread.
"""

from collections.abc import Callable

import numpy as np

from rr_tasks.degrade.color import Values
from rr_tasks.degrade.light import Convention, convert
from rr_tasks.degrade.noise import noise_deviation
from rr_tasks.photographs.pixels import Bytes, Pixels, to_8_bits
from rr_tasks.restorer.dehazing import Dehazing
from rr_tasks.restorer.sharpening import Sharpening
from schemas.prior.current import Blur, DiagnosticPrior, Haze, Noise
from schemas.treatment import CERTAIN

PLANES = 7
"""The photograph without blur and haze (3) and without blur alone (3), and the transmission."""

_CLEAR = 255


class PhysicalGuides:
    """The guides of any area of a photograph; see `rr_tasks.restorer.protocol.Guides`.

    Where haze or blur is absent, doubted or unknown, its planes hold the photograph's own pixels
    and the transmission is 1.

    Args:
        photograph: (H, W, 3), all of it; kept, not copied.
        prior: its diagnosis; None if it is withheld.
    """

    def __init__(self, photograph: Pixels, prior: DiagnosticPrior | None) -> None:
        self._photograph = photograph
        self._dehaze = prior and _plan_dehazing(photograph, prior.haze)
        self._sharpen = prior and _plan_sharpening(photograph, prior.blur, prior.noise)

    def __getitem__(self, area: tuple[slice, slice]) -> Bytes:
        """Return the guides of an area, (h, w, `PLANES`)."""
        top, left = (
            span.indices(length)[0]
            for span, length in zip(area, self._photograph.shape, strict=False)
        )
        part = to_8_bits(self._photograph[area])
        sharp, values = self._sharpened(part, top, left)
        if not self._dehaze:
            return np.dstack([sharp, sharp, np.full(part.shape[:2], _CLEAR, np.uint8)])
        clear, transmission = self._dehaze(part, values(self._dehaze.convention), top, left)
        return np.dstack([clear, sharp, transmission])

    def _sharpened(
        self, part: Bytes, top: int, left: int
    ) -> tuple[Bytes, Callable[[Convention], Values]]:
        """Return a part without blur, and its values in any light, as they were before rounding.

        Removing haze would magnify what is rounded.
        """
        if not self._sharpen:
            return part, lambda light: light.read(part)
        light, values = self._sharpen.convention, self._sharpen(part, top, left)
        return light.write(values), lambda wanted: convert(values, light, wanted)


def _plan_dehazing(photograph: Pixels, haze: Haze) -> Dehazing | None:
    if haze.parameters is None or _is_doubtful(haze):
        return None
    return Dehazing(photograph, haze.parameters)


def _plan_sharpening(photograph: Pixels, blur: Blur, noise: Noise) -> Sharpening | None:
    if blur.parameters is None or _is_doubtful(blur):
        return None
    severity = 0.0 if _is_doubtful(noise) else noise.severity
    deviation = noise_deviation(severity, blur.parameters.light)
    return Sharpening(photograph, blur.parameters, deviation)


def _is_doubtful(finding: Haze | Blur | Noise) -> bool:
    return finding.probability is not None and finding.probability < CERTAIN
