"""Clean squares of photographs on which a recipe is shown or measured."""

from collections.abc import Iterator
from itertools import cycle
from typing import NamedTuple

import numpy as np

from rr_tasks.degrade.color import Bytes
from rr_tasks.degrade.mixture import Degraded, degrade
from rr_tasks.degrade.square import crop
from rr_tasks.photographs.formats.base import UnusablePhotographError
from rr_tasks.photographs.listing import list_photographs
from rr_tasks.photographs.reading import read_photograph
from schemas.errors import ExpectedError
from schemas.recipe import DegradationRecipe, JpegRecipe

SEVERITIES = (10.0, 40.0, 70.0, 100.0)
"""What is shown and measured.

Of types that follow a published formula, these are places in its range, from 0 to 100, and how
severe that is depends on the photograph. Kernels of whole pixels are only near what is asked for;
noise of fixed sigmas takes the nearest of them, which may be far.
"""

_SEVERITY_ALONE = {
    "jpeg": JpegRecipe(probability=0.0),
    "partial": None,
    "smallest_size": None,
}


class UnusableSampleError(ExpectedError, ValueError):
    """A photograph that cannot be shown or measured."""


class Subject(NamedTuple):
    """A clean square of a photograph, (H, W, 3) sRGB bytes, and a draw of all but severities."""

    url: str
    clean: Bytes
    recipe: DegradationRecipe
    seed: tuple[int, ...]

    def degrade(self, types: tuple[str, ...], severity: float) -> Degraded:
        """Degrade the square; another severity changes nothing else.

        But published rain (`agenticir`) then falls in other places, so a higher one may come out as
        less severe, and published blur has only three levels.
        """
        severities = dict.fromkeys(types, severity)
        return degrade(self.clean, severities, self.recipe, np.random.default_rng(self.seed))


def draw_subjects(photographs: str, recipe: DegradationRecipe, seed: int) -> Iterator[Subject]:
    """Draw squares endlessly; photographs, and alternatives of the recipe, take turns.

    Args:
        photographs: URL of a folder of clean photographs.
        recipe: how they are degraded; its JPEG saves, partial restorations and smaller sizes are
            left out.
        seed: decides every draw.

    Raises:
        MissingFolderError: no photographs.
        UnusableSampleError: one of them is damaged or too small.
    """
    for number, url in enumerate(cycle(list_photographs(photographs))):
        plain = recipe.alternative(number).model_copy(update=_SEVERITY_ALONE)
        try:
            clean = crop(read_photograph(url), plain, np.random.default_rng((seed, number)))
        except UnusablePhotographError as error:
            raise UnusableSampleError(f"{url}: {error}; take it out of the folder") from error
        yield Subject(url, clean, plain, (seed, number, 1))
