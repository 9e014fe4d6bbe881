"""A contact sheet: each degradation at rising severities, as a recipe makes it."""

from collections.abc import Iterator

import cv2
import numpy as np

from rr_tasks.degrade.color import Bytes
from rr_tasks.degrade.mixture import Degraded, degrade
from rr_tasks.degrade.photograph import (
    UnusablePhotographError,
    crop,
    list_photographs,
    read_photograph,
)
from schemas.errors import ExpectedError
from schemas.prior.current import DEGRADATIONS, DegradationName
from schemas.recipe import DegradationRecipe, JpegRecipe

SEVERITIES = (10.0, 40.0, 70.0, 100.0)
LOOKS = 3
"""Rows for each degradation: other draws, so other kinds of it."""

# Haze lies over the whole photograph; the others are seen at full sharpness only.
_SHOWN_WHOLE: DegradationName = "haze"
_SIDE = 216
_CAPTION = 22
_AS_CAPTIONED = {"jpeg": JpegRecipe(probability=0.0), "partial": None}
_QUALITY = [cv2.IMWRITE_JPEG_QUALITY, 74]


class UnusableSampleError(ExpectedError, ValueError):
    """A photograph cannot be shown on the sheet."""


def contact_sheet(photographs: str, recipe: DegradationRecipe, seed: int) -> bytes:
    """Draw each type at `SEVERITIES`, `LOOKS` rows each, the last row with all of them.

    A row is one photograph with one draw of everything but the severity. Alternatives of a recipe
    take turns.

    Args:
        photographs: URL of a folder of clean photographs, taken in turn.
        recipe: how they are degraded; its JPEG saves and partial restorations are left out.
        seed: decides every draw.

    Returns:
        A JPEG.

    Raises:
        MissingFolderError: no photographs.
        UnusableSampleError: one of them is damaged or too small.
    """
    urls = list_photographs(photographs)
    rows: list[tuple[DegradationName, ...]] = [
        (name,) for name in DEGRADATIONS for _ in range(LOOKS)
    ]
    strips = []
    for number, types in enumerate((*rows, DEGRADATIONS)):
        plain = recipe.alternative(number).model_copy(update=_AS_CAPTIONED)
        clean = _clean(urls[number % len(urls)], plain, np.random.default_rng((seed, number)))
        strips.append(np.hstack(list(_strip(clean, types, plain, (seed, number, 1)))))
    sheet = cv2.cvtColor(np.vstack(strips), cv2.COLOR_RGB2BGR)
    return bytes(cv2.imencode(".jpg", sheet, _QUALITY)[1])


def _clean(url: str, recipe: DegradationRecipe, rng: np.random.Generator) -> Bytes:
    try:
        return crop(read_photograph(url), recipe, rng)
    except UnusablePhotographError as error:
        raise UnusableSampleError(f"{url}: {error}; take it out of the folder") from error


def _strip(
    clean: Bytes,
    types: tuple[DegradationName, ...],
    recipe: DegradationRecipe,
    seed: tuple[int, ...],
) -> Iterator[Bytes]:
    whole = _SHOWN_WHOLE in types
    yield _captioned(clean, "clean", whole)
    for severity in SEVERITIES:
        severities = dict.fromkeys(types, severity)
        degraded = degrade(clean, severities, recipe, np.random.default_rng(seed))
        yield _captioned(degraded.image, f"{_title(degraded, types)} {severity:.0f}", whole)


def _title(degraded: Degraded, types: tuple[DegradationName, ...]) -> str:
    if len(types) > 1:
        return "all four"
    blur = degraded.blur.parameters
    return f"{blur.kind} blur" if blur else types[0]


def _captioned(image: Bytes, caption: str, whole: bool) -> Bytes:
    """A photograph, or its middle at full sharpness, below its caption."""
    top, left = (max(0, (side - _SIDE) // 2) for side in image.shape[:2])
    part = image if whole else image[top : top + _SIDE, left : left + _SIDE]
    picture = cv2.resize(part, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA)
    band = np.full((_CAPTION, _SIDE, 3), 255, np.uint8)
    font = cv2.FONT_HERSHEY_SIMPLEX
    cv2.putText(band, caption, (6, 16), font, 0.45, (20, 20, 20), 1, cv2.LINE_AA)
    return np.vstack([band, np.asarray(picture, np.uint8)])
