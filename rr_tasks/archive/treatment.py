"""Decides from a diagnosis what the restorer is asked to undo."""

from collections.abc import Collection

from schemas.prior.current import (
    DEGRADATIONS,
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
    prior: DiagnosticPrior, keep: Collection[DegradationName], threshold: float
) -> DiagnosticPrior | None:
    """Take the degradations that are meant to stay out of a diagnosis.

    Returns:
        What is left to undo, or None when none of it reaches `threshold` (0-100): the photograph
        is then to be left alone.
    """
    worst = max((s for name, s in severities(prior).items() if name not in keep), default=0.0)
    if worst < threshold or worst == 0.0:
        return None
    order = tuple(name for name in prior.order if name not in keep)
    return prior.model_copy(update={"order": order, **{name: _ABSENT[name] for name in keep}})
