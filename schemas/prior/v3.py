"""Diagnostic prior, version 3: version 2, in which values light was mixed, and optional maps.

A physical inversion needs to know where haze is how thick (`transmission_map`), what a point became
(`kernel`), and how noisy each channel is (`channels`). Maps are null where the author does not
estimate them.
"""

from typing import Literal, Self

from pydantic import model_validator

from schemas.prior import v1
from schemas.prior.blur import Blur
from schemas.prior.document import PriorDocument
from schemas.prior.haze import Haze
from schemas.prior.noise import Noise
from schemas.prior.rain import Rain


class DiagnosticPriorV3(PriorDocument):
    """The structured Chain-of-Thought diagnosis of one photograph.

    `order` lists the present degradations, the one to undo first at the front.

    Raises:
        ValidationError: a field is missing, unknown, out of range, or contradicts another.
    """

    schema_version: Literal[3] = 3
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
