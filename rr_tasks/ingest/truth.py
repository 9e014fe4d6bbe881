"""Estimates the truth about a pair: which degradations are present and how severe they are.

The data set says which ones are present. Their parameters and severities are measured on the pair
in the order in which light met them, each against the clean photograph as the earlier ones would
have changed it. Rain is an exception: where it fell cannot be predicted, so the others ignore it.
The results are estimates: `severity_std` says how certain they are, and grows with what the model
leaves unexplained, which in a mixture includes everything that comes later. In which light a data
set was made is rarely known, so both are tried, and the one that leaves less unexplained counts.
Nobody looked for degradations that the data set does not name, so they are absent with an unknown
probability.
"""

from collections.abc import Mapping, Sequence

from rr_tasks.degrade.catalogue import CATALOGUE, Catalogue, prior_model
from rr_tasks.degrade.color import Bytes
from rr_tasks.degrade.light import CONVENTIONS
from rr_tasks.degrade.physics import AnyPhysics, Pair
from rr_tasks.priors import make_prior
from schemas.prior.current import AnyFinding, DiagnosticPrior, Provenance
from schemas.prior.light import Light

# One degradation is easily mistaken for part of another: blur for a lower transmission, rain for
# more airlight. This is the error of the measures on synthesized mixtures.
_MIXED_DEVIATION = 25.0
_MEASURED_SIDE = 1536  # bounds memory; the middle stands for a larger photograph


def estimate_truth(
    clean: Bytes,
    degraded: Bytes,
    present: Sequence[str],
    airlight: float | None,
    author: str,
    *,
    catalogue: Catalogue = CATALOGUE,
) -> DiagnosticPrior:
    """Estimate the prior of a pair.

    Args:
        clean: (H, W, 3) sRGB bytes.
        degraded: likewise, of the same size.
        present: the types that degrade it.
        airlight: its brightness, sRGB-coded in 0-1, if it is known.
        author: the source of the pair, as the provenance names it.
        catalogue: the types of degradation that exist.
    """
    chosen = sorted((catalogue[name] for name in present), key=lambda physics: physics.stage)
    readings = (_measure(clean, degraded, chosen, airlight, light) for light in CONVENTIONS)
    findings = min(readings, key=_uncertainty)
    if len(present) > 1:
        findings = {
            name: finding if catalogue[name].stands_apart else _doubt(finding)
            for name, finding in findings.items()
        }
    # A teacher sees more than who learns from it: here the clean partner.
    provenance = Provenance(source="teacher", author=author)
    return make_prior(clean, findings, provenance, prior_model(present, catalogue))


def _measure(
    clean: Bytes,
    degraded: Bytes,
    chosen: Sequence[AnyPhysics],
    airlight: float | None,
    light: Light,
) -> dict[str, AnyFinding]:
    """Measure each type in turn, as if the photograph had been degraded in this light."""
    before, after = (CONVENTIONS[light].read(_middle(image)) for image in (clean, degraded))
    short_side, whole = min(clean.shape[:2]), before.shape == clean.shape
    present = [physics.name for physics in chosen]
    findings: dict[str, AnyFinding] = {}
    for physics in chosen:
        pair = Pair(before, after, present, short_side, airlight, light, whole)
        measured = physics.measure(pair)
        findings[physics.name] = measured.finding
        before = measured.image
    return findings


def _uncertainty(findings: Mapping[str, AnyFinding]) -> float:
    """Return how much findings leave unexplained: the sum of their relative deviations."""
    return sum((found.severity_std or 0.0) / found.severity for found in findings.values())


def _doubt(finding: AnyFinding) -> AnyFinding:
    """Raise the deviation to that of measurements in mixtures."""
    deviation = max(finding.severity_std or 0.0, _MIXED_DEVIATION)
    return finding.model_copy(update={"severity_std": deviation})


def _middle(image: Bytes) -> Bytes:
    top, left = (max(0, length - _MEASURED_SIDE) // 2 for length in image.shape[:2])
    return image[top : top + _MEASURED_SIDE, left : left + _MEASURED_SIDE]
