"""Clean photographs that look degraded: everything that decides how they are made."""

from typing import Annotated, Literal

from pydantic import Field

from schemas.base import Range, Strict, Unit

LookalikeKind = Literal["bokeh", "motion", "grain", "mist", "background"]


class BokehRecipe(Strict):
    """Shallow depth of field (`rr_tasks.degrade.lookalikes.bokeh`).

    `extent` is the diameter of the disc at the depth that is farthest out of focus, as a share of
    the short side; `sharp` is the share of the photograph that is in focus.
    """

    extent: Range = Range(low=0.01, high=0.06)
    sharp: Range = Range(low=0.1, high=0.5)


class MovingRecipe(Strict):
    """One object that moved during the exposure (`rr_tasks.degrade.lookalikes.moving`).

    `length` is its path as a share of the short side.
    """

    length: Range = Range(low=0.02, high=0.1)


class GrainRecipe(Strict):
    """Film grain (`rr_tasks.degrade.lookalikes.grain`).

    `deviation` is that of the brightness at mid grey in sRGB codes of 0-1; `size_px` is the
    softness (sigma) of a grain; `colour` is the share of the deviation that each channel has on its
    own: 0 is black-and-white film.
    """

    deviation: Range = Range(low=0.008, high=0.03)
    size_px: Range = Range(low=0.5, high=1.0)
    colour: Range = Range(low=0.0, high=0.3)


class MistRecipe(Strict):
    """Morning mist in the distance (`rr_tasks.degrade.lookalikes.mist`).

    `clear` is the share of the photograph that lies before the mist; `transmission` is that at the
    farthest point; `light` is the brightness of the mist, sRGB-coded.
    """

    clear: Range = Range(low=0.4, high=0.75)
    transmission: Range = Range(low=0.45, high=0.8)
    light: Range = Range(low=0.75, high=0.95)


class LookalikeRecipe(Strict):
    """Which clean photographs become ones that look degraded but are meant so.

    `probability` is their share of the clean photographs; each is of one of the `kinds`, equally
    often. A `background` is a crop of the softest part of a photograph.
    """

    probability: Unit = 0.35
    kinds: Annotated[tuple[LookalikeKind, ...], Field(min_length=1)] = (
        "bokeh",
        "motion",
        "grain",
        "mist",
        "background",
    )
    bokeh: BokehRecipe = BokehRecipe()
    motion: MovingRecipe = MovingRecipe()
    grain: GrainRecipe = GrainRecipe()
    mist: MistRecipe = MistRecipe()
