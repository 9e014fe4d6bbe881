"""What a user wants done to photographs, whether one or an archive of them."""

from typing import Annotated

from pydantic import Field

from schemas.base import Strict
from schemas.prior.current import VISIBLE_SEVERITY, DegradationName

CERTAIN = 0.75
"""Probability from which a finding is acted on. Undoing a degradation that is absent harms a
photograph more than undoing a barely visible one helps, and most photographs have none."""


class Treatment(Strict):
    """Which findings to undo, and how much of each; the defaults are those of `rr restore`."""

    keep: Annotated[
        tuple[DegradationName, ...],
        Field(strict=False, description="Degradations that are intended, such as morning fog."),
    ] = ()
    threshold: Annotated[
        float,
        Field(
            ge=0.0, le=100.0, description="Photographs below this severity are copied unchanged."
        ),
    ] = VISIBLE_SEVERITY
    certainty: Annotated[
        float,
        Field(ge=0.0, le=1.0, description="Findings below this probability are not undone."),
    ] = CERTAIN
    strength: Annotated[
        float,
        Field(
            ge=0.0, le=1.0, description="Share of a restoration that is applied; 1 is all of it."
        ),
    ] = 1.0
