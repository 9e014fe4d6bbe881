"""Estimates the truth about a pair: which degradations are present and how severe they are.

The data set says which ones are present. Their parameters and severities are measured on the pair
in the order in which light met them, each against the clean photograph as the earlier ones would
have changed it. Rain is an exception: where it fell cannot be predicted, so the others ignore it.
The results are estimates: `severity_std` says how certain they are, and grows with what the model
leaves unexplained, which in a mixture includes everything that comes later. Nobody looked for
degradations that the data set does not name, so they are absent with an unknown probability.
"""

from collections.abc import Sequence

from rr_tasks.degrade.catalogue import CATALOGUE, Catalogue, prior_model
from rr_tasks.degrade.color import Bytes, to_linear
from rr_tasks.degrade.physics import Pair
from rr_tasks.priors import make_prior
from schemas.prior.current import AnyFinding, DiagnosticPrior, Provenance

# One degradation is easily mistaken for part of another: blur for a lower transmission, rain for
# more airlight. This is the error of the measures on synthesized mixtures.
_MIXED_DEVIATION = 25.0
_MEASURED_SIDE = 1536  # bounds memory; the middle stands for a larger photograph


def estimate_truth(
    clean: Bytes,
    degraded: Bytes,
    present: Sequence[str],
    light: float | None,
    author: str,
    *,
    catalogue: Catalogue = CATALOGUE,
) -> DiagnosticPrior:
    """Estimate the prior of a pair.

    Args:
        clean: (H, W, 3) sRGB bytes.
        degraded: likewise, of the same size.
        present: the types that degrade it.
        light: brightness of the airlight, sRGB-coded in 0-1, if it is known.
        author: the source of the pair, as the provenance names it.
        catalogue: the types of degradation that exist.
    """
    before, after = to_linear(_middle(clean)), to_linear(_middle(degraded))
    findings: dict[str, AnyFinding] = {}
    chosen = (catalogue[name] for name in present)
    for physics in sorted(chosen, key=lambda physics: physics.stage):
        measured = physics.measure(Pair(before, after, present, min(clean.shape[:2]), light))
        doubtful = len(present) > 1 and not physics.stands_apart
        findings[physics.name] = _doubt(measured.finding) if doubtful else measured.finding
        before = measured.image
    # A teacher sees more than who learns from it: here the clean partner.
    provenance = Provenance(source="teacher", author=author)
    return make_prior(clean, findings, provenance, prior_model(present, catalogue))


def _doubt(finding: AnyFinding) -> AnyFinding:
    """Raise the deviation to that of measurements in mixtures."""
    deviation = max(finding.severity_std or 0.0, _MIXED_DEVIATION)
    return finding.model_copy(update={"severity_std": deviation})


def _middle(image: Bytes) -> Bytes:
    top, left = (max(0, length - _MEASURED_SIDE) // 2 for length in image.shape[:2])
    return image[top : top + _MEASURED_SIDE, left : left + _MEASURED_SIDE]
