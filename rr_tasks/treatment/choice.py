"""Decides from a diagnosis what the restorer should undo."""

from collections.abc import Collection
from typing import Literal

from rr_tasks.priors import leave_out
from schemas.prior.current import (
    DEGRADATIONS,
    VISIBLE_SEVERITY,
    AnyFinding,
    DegradationName,
    DiagnosticPrior,
)
from schemas.treatment import CERTAIN


def severities(prior: DiagnosticPrior) -> dict[DegradationName, float]:
    """Return the severity, 1-100, of each degradation that is present."""
    present = prior.present()
    return {name: present[name].severity for name in DEGRADATIONS if name in present}


def choose_treatment(
    prior: DiagnosticPrior,
    keep: Collection[str] = (),
    threshold: float = VISIBLE_SEVERITY,
    certainty: float = CERTAIN,
) -> DiagnosticPrior | None:
    """Remove from a diagnosis what is meant to stay, and what is not certain enough.

    Neither leaves a trace: the order and the chain of thought mention only the rest.

    Args:
        prior: the diagnosis.
        keep: degradations that are meant to stay.
        threshold: severity, 0-100, that the worst of the rest must reach.
        certainty: probability, 0-1, from which a finding is treated; a finding without a
            probability counts as certain.

    Returns:
        What is left to undo, or None if the photograph should be left alone.
    """
    doubtful = {name for name, finding in prior.present().items() if _doubts(finding, certainty)}
    wanted = leave_out(prior, doubtful.union(keep))
    worst = max((finding.severity for finding in wanted.present().values()), default=0.0)
    return None if worst < threshold or worst == 0.0 else wanted


def explain_leaving(
    prior: DiagnosticPrior,
    threshold: float = VISIBLE_SEVERITY,
    certainty: float = CERTAIN,
) -> Literal["clean", "uncertain", "kept"]:
    """Say why `choose_treatment` leaves a photograph alone.

    Args:
        prior: the diagnosis.
        threshold: see `choose_treatment`.
        certainty: see `choose_treatment`.

    Returns:
        `clean` if nothing that was found reaches the threshold, `uncertain` if nothing that is
        certain enough does, and `kept` if only what is meant to stay does.
    """
    if choose_treatment(prior, threshold=threshold, certainty=0.0) is None:
        return "clean"
    if choose_treatment(prior, threshold=threshold, certainty=certainty) is None:
        return "uncertain"
    return "kept"


def _doubts(finding: AnyFinding, certainty: float) -> bool:
    return finding.probability is not None and finding.probability < certainty
