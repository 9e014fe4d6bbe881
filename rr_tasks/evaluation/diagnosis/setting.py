"""The settings in which photographs are shown: grids, clean ones, other sizes, JPEG, and blends."""

from dataclasses import dataclass
from typing import Literal

from schemas.assessment import AssessmentSpec
from schemas.recipe import DegradationRecipe, JpegRecipe

Part = Literal["source", "clean", "size", "jpeg", "blend"]

JPEG_SIDE = 512
JPEG_QUALITY = 85
HUGE_SIDE = 2048
"""From this short side on a sample takes seconds, so mixtures are left out."""

_NEVER_SAVED = JpegRecipe(probability=0.0)
_ALWAYS_SAVED = JpegRecipe(probability=1.0, quality=(JPEG_QUALITY, JPEG_QUALITY))


@dataclass(frozen=True)
class Setting:
    """One way to show every photograph.

    `short_side` is that of a 3:2 rectangle; null stands for the central square of the recipe's
    grid.
    """

    part: Part
    recipe: DegradationRecipe
    rounds: int
    short_side: int | None = None

    @property
    def singles_only(self) -> bool:
        """Whether mixtures are left out."""
        return self.short_side is not None and self.short_side >= HUGE_SIDE


def list_settings(spec: AssessmentSpec) -> list[Setting]:
    """List the settings of an assessment; all but sources use its first recipe."""
    grids = [recipe.as_grid() for recipe in spec.recipes]
    plain = grids[0].model_copy(update={"jpeg": _NEVER_SAVED})
    saved = grids[0].model_copy(update={"jpeg": _ALWAYS_SAVED})
    return [
        *(Setting("source", recipe, spec.rounds) for recipe in grids),
        Setting("clean", plain, 1),
        Setting("blend", plain, 1),
        *(Setting("size", plain, 1, side) for side in spec.short_sides),
        Setting("jpeg", saved, 1, JPEG_SIDE),
    ]
