"""Diagnostic prior, version 2: version 1, and how certain its author is of each finding.

A reward that is computed from severities needs to know which of them the judge can tell.
"""

from typing import Literal, Self

from pydantic import model_validator

from schemas.base import Strict
from schemas.prior import v1
from schemas.prior.finding import Certainty


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
        present = {name for name in v1.DEGRADATIONS if getattr(self, name).present}
        v1.check_order(self.order, present)
        return self
