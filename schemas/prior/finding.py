"""A finding: whether a degradation is present, how severe it is, and how certain that is."""

from functools import cache
from typing import Annotated, Any, Generic, Self, TypeVar, get_args

from pydantic import Field, model_validator

from schemas.base import Strict, Unit
from schemas.prior.degradation import Degradation

VISIBLE_SEVERITY = 10.0
"""A ground truth below this severity cannot be seen and counts as absent."""

MINIMUM_PRESENT_SEVERITY = 1.0
"""What is present has at least this severity."""

Severity = Annotated[float, Field(ge=0.0, le=100.0)]
SeverityDeviation = Annotated[float, Field(ge=0.0, le=100.0)]
ParametersT_co = TypeVar("ParametersT_co", bound=Degradation, covariant=True)

GRADES = ((25.0, "slight"), (50.0, "moderate"), (75.0, "strong"), (100.0, "extreme"))


def grade(severity: float) -> str:
    """Name a severity: slight up to 25, moderate up to 50, strong up to 75, else extreme."""
    return next(word for limit, word in GRADES if severity <= limit)


class Presence(Strict):
    """Whether a degradation is present and how severe it is; subclasses add `parameters`.

    Raises:
        ValidationError: severity or parameters contradict `present`.
    """

    present: bool
    severity: Severity

    @model_validator(mode="after")
    def _severity_agrees(self) -> Self:
        if self.present and self.severity < MINIMUM_PRESENT_SEVERITY:
            raise ValueError(f"a present degradation has severity 1-100, not {self.severity}")
        if not self.present and self.severity != 0.0:
            raise ValueError(f"an absent degradation has severity 0, not {self.severity}")
        parameters = getattr(self, "parameters", None)
        if self.present != (parameters is not None):
            raise ValueError("parameters are given exactly when the degradation is present")
        return self


class Certainty(Strict):
    """How certain a finding is.

    `probability` is the probability that the degradation is present; `severity_std` is the standard
    deviation of the severity, in points. What is known exactly has a probability of 0 or 1 and a
    deviation of 0. Null means that the author did not estimate the value.
    """

    probability: Unit | None = None
    severity_std: SeverityDeviation | None = None


class Finding(Presence, Certainty, Generic[ParametersT_co]):
    """The finding of one type of degradation, which its parameters identify."""

    parameters: ParametersT_co | None = None

    @classmethod
    def degradation(cls) -> type[Degradation]:
        """The type of degradation that this finding describes."""
        return _degradation(cls)

    @classmethod
    def absent(cls) -> Self:
        """Return the finding that the degradation is absent."""
        return cls(present=False, severity=0.0)

    def sentence(self) -> str:
        """Describe the finding in words, for the chain of thought."""
        kind = self.degradation()
        if self.parameters is None:
            return f"{kind.counterevidence}: no {kind.name}."
        return (
            f"{kind.evidence}: {grade(self.severity)} {self.parameters.noun()} "
            f"(severity {self.severity:.0f}){self.parameters.explain()}."
        )


AnyFinding = Finding[Any]


@cache
def _degradation(finding: type[AnyFinding]) -> type[Degradation]:
    kind: type[Degradation] = get_args(finding.model_fields["parameters"].annotation)[0]
    return kind
