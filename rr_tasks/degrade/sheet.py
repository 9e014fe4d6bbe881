"""A contact sheet: each degradation at rising severities, as a recipe makes it."""

from collections.abc import Iterator

import cv2
import numpy as np

from rr_tasks.degrade.color import Bytes
from rr_tasks.degrade.mixture import Degraded
from rr_tasks.degrade.subject import SEVERITIES, Subject, draw_subjects
from rr_tasks.photographs.picture import encode_picture
from schemas.recipe import DegradationRecipe

LOOKS = 3
"""Rows for each degradation: other draws, so other kinds of it."""

# Haze lies over the whole photograph; the others are seen at full sharpness only.
_SHOWN_WHOLE = "haze"
_SIDE = 216
_CAPTION = 22
_QUALITY = 74


def draw_sheet(photographs: str, recipe: DegradationRecipe, seed: int) -> bytes:
    """Draw `LOOKS` rows for each type, at `SEVERITIES`, and a last row with all types.

    Each row shows one photograph with one draw of everything but the severity, and of the places of
    published rain (see `Subject.degrade`). Captions say how severe the picture is, which is not
    always what was asked for (see `SEVERITIES`).

    Args:
        photographs: URL of a folder of clean photographs, which take turns.
        recipe: how they are degraded; see `rr_tasks.degrade.subject.draw_subjects`.
        seed: decides every draw.

    Returns:
        A JPEG.

    Raises:
        MissingFolderError, UnusableSampleError: see `rr_tasks.degrade.subject.draw_subjects`.
    """
    together = recipe.all_types()
    alone = [(name,) for name in together for _ in range(LOOKS)]
    strips = [
        np.hstack(list(_strip(subject, types)))
        for types, subject in zip(
            (*alone, together), draw_subjects(photographs, recipe, seed), strict=False
        )
    ]
    return encode_picture(np.vstack(strips), _QUALITY)


def _strip(subject: Subject, types: tuple[str, ...]) -> Iterator[Bytes]:
    whole = _SHOWN_WHOLE in types
    yield _add_caption(subject.clean, "clean", whole)
    for severity in SEVERITIES:
        degraded = subject.degrade(types, severity)
        caption = f"{_title(degraded, types)} {_say_severities(degraded, types)}"
        yield _add_caption(degraded.image, caption, whole)


def _title(degraded: Degraded, types: tuple[str, ...]) -> str:
    if len(types) > 1:
        return f"all {len(types)}"
    parameters = degraded.findings[types[0]].parameters
    return str(parameters.noun()) if parameters else types[0]


def _say_severities(degraded: Degraded, types: tuple[str, ...]) -> str:
    """Say how severe each type is, or all of them if they are alike."""
    said = [f"{degraded.findings[name].severity:.0f}" for name in types]
    return "/".join(said if len(set(said)) > 1 else said[:1])


def _add_caption(image: Bytes, caption: str, whole: bool) -> Bytes:
    """Put a caption above a photograph, or above its middle at full sharpness."""
    top, left = (max(0, (side - _SIDE) // 2) for side in image.shape[:2])
    part = image if whole else image[top : top + _SIDE, left : left + _SIDE]
    picture = cv2.resize(part, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA)
    band = np.full((_CAPTION, _SIDE, 3), 255, np.uint8)
    font = cv2.FONT_HERSHEY_SIMPLEX
    cv2.putText(band, caption, (6, 16), font, 0.45, (20, 20, 20), 1, cv2.LINE_AA)
    return np.vstack([band, np.asarray(picture, np.uint8)])
