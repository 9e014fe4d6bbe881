"""Sheets of samples: how some photographs are restored by now."""

from collections.abc import Sequence
from itertools import islice

import numpy as np

from rr_tasks.alignment.rewards.restorations import Restorations
from rr_tasks.photographs.picture import encode_picture
from rr_tasks.photographs.pixels import Bytes

_SIDE = 256
_QUALITY = 90


def draw_sheet(restorations: Restorations, most: int) -> bytes:
    """Draw a JPEG with a row for each photograph: degraded, restored and, where known, clean.

    Of more than `most`, the first are drawn.

    Each is shown from its top left corner, at most 256 pixels wide and high.
    """
    rows = [
        _join([degraded, restored, np.zeros_like(degraded) if clean is None else clean])
        for degraded, restored, clean in islice(
            zip(restorations.degraded, restorations.restored, restorations.clean, strict=True), most
        )
    ]
    return encode_picture(np.concatenate(rows), _QUALITY)


def _join(images: Sequence[Bytes]) -> Bytes:
    """Set the corners of images side by side, on black where they are small."""
    row = np.zeros((_SIDE, len(images) * _SIDE, 3), np.uint8)
    for place, image in enumerate(images):
        corner = image[:_SIDE, :_SIDE]
        left = place * _SIDE
        row[: corner.shape[0], left : left + corner.shape[1]] = corner
    return row
