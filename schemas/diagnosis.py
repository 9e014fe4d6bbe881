"""What `rr diagnose --json` prints."""

from schemas.base import Strict
from schemas.prior.current import DiagnosticPrior


class Diagnosis(Strict):
    """A photograph, as it was named, and what degrades it."""

    path: str
    prior: DiagnosticPrior
