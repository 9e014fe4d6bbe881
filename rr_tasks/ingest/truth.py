"""What can be known of a pair: which degradations there are, and about how strong they are.

Presence is what the data set says. Parameters and severities are measured on the pair in the order
in which light met the degradations, each against the clean photograph as haze and blur before it
would have changed it; rain, of which nobody can say where it would fall, is overlooked by the
others. They are estimates: `severity_std` says how sure, and grows with whatever the model
leaves unexplained, which in a mixture is everything that comes after. Of degradations that the data
set does not name, nobody looked for any: they are absent with a probability that is not given.
"""

from collections.abc import Sequence
from typing import TypeVar

from rr_tasks.degrade.color import Bytes, to_linear
from rr_tasks.ingest.blur import measure_blur
from rr_tasks.ingest.haze import measure_haze
from rr_tasks.ingest.noise import measure_noise
from rr_tasks.ingest.rain import measure_rain
from rr_tasks.priors import make_prior
from schemas.prior.current import (
    AnyFinding,
    Blur,
    DegradationName,
    DiagnosticPrior,
    Haze,
    Noise,
    Provenance,
    Rain,
)

FindingT = TypeVar("FindingT", Haze, Blur, Rain)

# One degradation is easily taken for a part of another: blur for less transmission, or rain for
# more airlight. This is what measures of synthesized mixtures are wrong by; noise stands apart.
_MIXED_DEVIATION = 25.0
_MEASURED_SIDE = 1536  # bounds memory; the middle stands for a larger photograph


def estimated_truth(
    clean: Bytes,
    degraded: Bytes,
    present: Sequence[DegradationName],
    light: float | None,
    author: str,
) -> DiagnosticPrior:
    """The prior of a pair.

    Args:
        clean: (H, W, 3) sRGB bytes.
        degraded: likewise, of the same size.
        present: what degrades it.
        light: brightness of the airlight, sRGB-coded in 0-1, where it is known.
        author: where the pair comes from.
    """
    height, width = clean.shape[:2]
    before, after = to_linear(_middle(clean)), to_linear(_middle(degraded))
    haze, rain = Haze(present=False, severity=0.0), Rain(present=False, severity=0.0)
    blur, noise = Blur(present=False, severity=0.0), Noise(present=False, severity=0.0)
    if "haze" in present:
        hazy = measure_haze(before, after, light, raining="rain" in present)
        haze, before = hazy.finding, hazy.image
    if "rain" in present:
        rain = measure_rain(before, after)
    if "blur" in present:
        blurred = measure_blur(before, after, min(height, width))
        blur, before = blurred.finding, blurred.image
    if "noise" in present:
        noise = measure_noise(before, after, raining="rain" in present)
    if len(present) > 1:
        haze, blur, rain = _doubted(haze), _doubted(blur), _doubted(rain)
    findings: dict[str, AnyFinding] = {"haze": haze, "blur": blur, "rain": rain, "noise": noise}
    # A teacher sees more than who learns from it: here the clean partner.
    return make_prior(clean, findings, Provenance(source="teacher", author=author))


def _doubted(finding: FindingT) -> FindingT:
    """The finding with the deviation that measures have in mixtures, if it is there at all."""
    if finding.severity_std is None:
        return finding
    deviation = max(finding.severity_std, _MIXED_DEVIATION)
    return finding.model_copy(update={"severity_std": deviation})


def _middle(image: Bytes) -> Bytes:
    top, left = (max(0, length - _MEASURED_SIDE) // 2 for length in image.shape[:2])
    return image[top : top + _MEASURED_SIDE, left : left + _MEASURED_SIDE]
