"""Chooses which lookalike a clean photograph becomes, and makes it."""

import numpy as np

from rr_tasks.degrade.color import to_bytes, to_linear
from rr_tasks.degrade.depth import Depth
from rr_tasks.degrade.lookalikes.bokeh import add_bokeh
from rr_tasks.degrade.lookalikes.grain import add_grain
from rr_tasks.degrade.lookalikes.mist import add_mist
from rr_tasks.degrade.lookalikes.moving import smear_object
from rr_tasks.degrade.objects import standing_depth
from rr_tasks.photographs.pixels import Bytes
from schemas.lookalike import LookalikeKind, LookalikeRecipe


def draw_kind(recipe: LookalikeRecipe | None, rng: np.random.Generator) -> LookalikeKind | None:
    """Draw which lookalike a clean photograph becomes; None leaves it as it is."""
    if recipe is None or rng.random() >= recipe.probability:
        return None
    return recipe.kinds[int(rng.integers(len(recipe.kinds)))]


def imitate(
    photograph: Bytes,
    kind: LookalikeKind,
    recipe: LookalikeRecipe,
    rng: np.random.Generator,
    depth: Depth | None = None,
) -> Bytes:
    """Make a lookalike of a clean photograph.

    Args:
        photograph: (H, W, 3) sRGB bytes.
        kind: what it is to look like; a `background` is made when it is cut
            (`rr_tasks.degrade.lookalikes.background`), so it is returned as it is.
        recipe: the ranges of everything else.
        rng: the only source of randomness.
        depth: (H, W), 0 near to 1 far; None to guess it.
    """
    if kind == "background":
        return photograph
    if kind == "grain":
        return add_grain(photograph, recipe.grain, rng)
    image = to_linear(photograph)
    if kind == "motion":
        return to_bytes(smear_object(image, recipe.motion, rng))
    found = standing_depth(image, rng) if depth is None else depth
    if kind == "bokeh":
        return to_bytes(add_bokeh(image, found, recipe.bokeh, rng))
    return to_bytes(add_mist(image, found, recipe.mist, rng))
