"""What a user wants done to photographs, whether one or an archive of them."""

from typing import Annotated

from pydantic import Field

from schemas.base import Strict, Unit
from schemas.edit import PriorEdits
from schemas.prior.current import DEGRADATIONS, VISIBLE_SEVERITY, DegradationName

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
            ge=0.0,
            le=100.0,
            description="Photographs below this severity, 0-100, are copied unchanged.",
        ),
    ] = VISIBLE_SEVERITY
    certainty: Annotated[
        float,
        Field(ge=0.0, le=1.0, description="Findings below this probability, 0-1, are not undone."),
    ] = CERTAIN
    strength: Annotated[
        float,
        Field(
            ge=0.0, le=1.0, description="Share of a restoration that is applied; 1 is all of it."
        ),
    ] = 1.0
    strengths: Annotated[
        dict[DegradationName, Unit],
        Field(description="Shares of single types that differ from `strength`; 0 keeps a type."),
    ] = Field(default_factory=dict)
    edit_prior: Annotated[
        PriorEdits,
        Field(
            description="Changes of each diagnosis, such as haze.severity: 0 or blur.extent_px: 4; "
            "what was not found is not added."
        ),
    ] = Field(default_factory=dict)
    verify: Annotated[
        bool,
        Field(
            description="Let the reasoner judge each restoration; one that is not good is applied "
            "in part, or not at all."
        ),
    ] = True

    def strength_of(self, name: str) -> float:
        """Return the share, 0-1, by which a type of degradation is undone."""
        shares = {str(given): share for given, share in self.strengths.items()}
        return shares.get(name, self.strength)

    @property
    def kept(self) -> frozenset[str]:
        """The types that are left alone in every photograph."""
        unwanted = {name for name in DEGRADATIONS if self.strength_of(name) == 0.0}
        return frozenset(unwanted.union(self.keep))
