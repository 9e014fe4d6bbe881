"""Diagnostic prior, version 2: version 1, and how certain its author is of each finding.

A reward that is computed from severities needs to know which of them the judge can tell.
"""

from typing import Literal, Self

from pydantic import model_validator

from schemas.prior import v1
from schemas.prior.blur import Blur
from schemas.prior.document import PriorDocument
from schemas.prior.haze import Haze
from schemas.prior.noise import Noise
from schemas.prior.rain import Rain


class DiagnosticPriorV2(PriorDocument):
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
        v1.check_order(self.order, self.present())
        return self
