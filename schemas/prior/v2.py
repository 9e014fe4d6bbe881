"""Diagnostic prior, version 2: version 1, and how sure its author is of each finding.

A reward that is computed from severities has to know which of them the judge can tell.
"""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from schemas.base import Strict, Unit
from schemas.prior import v1

SeverityDeviation = Annotated[float, Field(ge=0.0, le=100.0)]


class Certainty(Strict):
    """How sure a finding is.

    `probability` is that of the degradation being present; `severity_std` is the standard deviation
    of the severity, in its points. Known exactly are probabilities of 0 and 1 with a deviation of
    0; null means that the author did not estimate it.
    """

    probability: Unit | None = None
    severity_std: SeverityDeviation | None = None


class Haze(v1.Haze, Certainty):
    """Haze, fog or smoke: light scattered into the line of sight."""


class Blur(v1.Blur, Certainty):
    """Camera shake, defocus or softness."""


class Rain(v1.Rain, Certainty):
    """Rain streaks in front of the scene."""


class Noise(v1.Noise, Certainty):
    """Sensor noise."""


class DiagnosticPriorV2(Strict):
    """The structured Chain-of-Thought diagnosis of one photograph.

    `order` lists the present degradations, the one to undo first at the front.

    Raises:
        ValidationError: a field is missing, unknown, out of range, or contradicts another.
    """

    schema_version: Literal[2] = 2
    image: v1.ImageSize
    haze: Haze
    blur: Blur
    rain: Rain
    noise: Noise
    scene: v1.Scene
    order: tuple[v1.DegradationName, ...]
    reasoning: str
    provenance: v1.Provenance

    @model_validator(mode="after")
    def _order_lists_what_is_present(self) -> Self:
        v1.check_order(
            self.order, {name for name in v1.DEGRADATIONS if getattr(self, name).present}
        )
        return self
