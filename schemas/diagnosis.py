"""The output of `rr diagnose --json`."""

from schemas.base import Strict
from schemas.prior.current import DiagnosticPrior


class Diagnosis(Strict):
    """A photograph, as the user named it, and its diagnosis.

    `guess` says why the diagnosis is one, on which `rr restore` would not act; null if it is not.
    """

    path: str
    prior: DiagnosticPrior
    guess: str | None = None
