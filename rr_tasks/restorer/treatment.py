"""Decides from a diagnosis what the restorer is asked to undo."""

from collections.abc import Collection

from schemas.archive import CERTAIN
from schemas.prior.current import (
    DEGRADATIONS,
    VISIBLE_SEVERITY,
    Blur,
    DegradationName,
    DiagnosticPrior,
    Haze,
    Noise,
    Rain,
)

_ABSENT = {
    "haze": Haze(present=False, severity=0.0),
    "blur": Blur(present=False, severity=0.0),
    "rain": Rain(present=False, severity=0.0),
    "noise": Noise(present=False, severity=0.0),
}


def severities(prior: DiagnosticPrior) -> dict[DegradationName, float]:
    """Return the severity, 1-100, of each degradation that is present."""
    return {
        name: getattr(prior, name).severity for name in DEGRADATIONS if getattr(prior, name).present
    }


def treatment(
    prior: DiagnosticPrior,
    keep: Collection[DegradationName] = (),
    threshold: float = VISIBLE_SEVERITY,
    certainty: float = CERTAIN,
) -> DiagnosticPrior | None:
    """Take out of a diagnosis what is meant to stay, and what is not certain enough.

    Args:
        prior: the diagnosis.
        keep: degradations that are meant to stay.
        threshold: severity, 0-100, that the worst of the rest has to reach.
        certainty: probability, 0-1, from which a finding is acted on; one whose author did not say
            how sure he is counts as certain.

    Returns:
        What is left to undo, or None when the photograph is to be left alone.
    """
    left = [name for name in DEGRADATIONS if name in keep or _is_doubtful(prior, name, certainty)]
    worst = max((s for name, s in severities(prior).items() if name not in left), default=0.0)
    if worst < threshold or worst == 0.0:
        return None
    order = tuple(name for name in prior.order if name not in left)
    return prior.model_copy(update={"order": order, **{name: _ABSENT[name] for name in left}})


def _is_doubtful(prior: DiagnosticPrior, name: DegradationName, certainty: float) -> bool:
    probability = getattr(prior, name).probability
    return probability is not None and probability < certainty
