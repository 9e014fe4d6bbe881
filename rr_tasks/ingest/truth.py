"""What can be known of a pair: which degradations there are, and about how strong they are.

Presence is what the data set says. Parameters and severities are measured on the pair in the order
in which light met the degradations, each against the clean photograph as haze and blur before it
would have changed it; rain, of which nobody can say where it would fall, is overlooked by the
others. They are estimates: `severity_std` says how sure, and grows with whatever the model
leaves unexplained, which in a mixture is everything that comes after. Of degradations that the data
set does not name, nobody looked for any: they are absent with a probability that is not given.
"""

from collections.abc import Sequence

from rr_tasks.degrade.catalogue import CATALOGUE, Catalogue, prior_model
from rr_tasks.degrade.color import Bytes, to_linear
from rr_tasks.degrade.physics import Pair
from rr_tasks.priors import make_prior
from schemas.prior.current import AnyFinding, DiagnosticPrior, Provenance

# One degradation is easily taken for a part of another: blur for less transmission, or rain for
# more airlight. This is what measures of synthesized mixtures are wrong by; noise stands apart.
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
    """The prior of a pair.

    Args:
        clean: (H, W, 3) sRGB bytes.
        degraded: likewise, of the same size.
        present: what degrades it, types of the catalogue.
        light: brightness of the airlight, sRGB-coded in 0-1, where it is known.
        author: where the pair comes from.
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
    """The finding with the deviation that measures have in mixtures."""
    deviation = max(finding.severity_std or 0.0, _MIXED_DEVIATION)
    return finding.model_copy(update={"severity_std": deviation})


def _middle(image: Bytes) -> Bytes:
    top, left = (max(0, length - _MEASURED_SIDE) // 2 for length in image.shape[:2])
    return image[top : top + _MEASURED_SIDE, left : left + _MEASURED_SIDE]
