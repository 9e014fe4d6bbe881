"""The output of `rr diagnose --json`."""

from schemas.base import Strict
from schemas.prior.current import DiagnosticPrior


class Diagnosis(Strict):
    """A photograph, as the user named it, and its diagnosis."""

    path: str
    prior: DiagnosticPrior
