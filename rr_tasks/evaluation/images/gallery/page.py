"""The gallery as a page for people, and as one picture."""

import base64
from collections.abc import Mapping, Sequence

import cv2
import numpy as np

from rr_tasks.evaluation.images.gallery.exhibits import Exhibit
from rr_tasks.photographs.picture import encode_picture
from rr_tasks.photographs.pixels import Bytes
from rr_tasks.template import render

Sections = Mapping[str, Sequence[Exhibit]]

_QUALITY = 90
_SHOWN = 160
_BAND, _GAP = 18, 8


def render_gallery(sections: Sections, about: str) -> bytes:
    """Render a self-contained HTML page with the exhibits of each section at their full size."""
    values = {"sections": sections, "about": about, "uri": _uri}
    return render("evaluation.images.gallery", "page.html.j2", **values).encode()


def draw_gallery(sections: Sections) -> bytes:
    """Draw a column for each section as a JPEG: the middle of each exhibit at its full size.

    Each exhibit is shown clean, degraded and restored, from left to right.
    """
    columns = [
        [_draw_exhibit(section, exhibit) for exhibit in exhibits]
        for section, exhibits in sections.items()
    ]
    height, width = columns[0][0].shape[:2]
    rows = max(map(len, columns))
    sheet = np.full((rows * height, len(columns) * width, 3), 255, np.uint8)
    for across, column in enumerate(columns):
        for down, picture in enumerate(column):
            top, left = down * height, across * width
            sheet[top : top + height, left : left + width] = picture
    return encode_picture(sheet, _QUALITY)


def _draw_exhibit(section: str, exhibit: Exhibit) -> Bytes:
    picture = np.full((_BAND + _SHOWN + _GAP, 3 * _SHOWN + _GAP, 3), 255, np.uint8)
    line = f"{section}, {exhibit.title}: {exhibit.gain}"
    font = cv2.FONT_HERSHEY_SIMPLEX
    cv2.putText(picture, line, (2, 13), font, 0.38, (20, 20, 20), 1, cv2.LINE_AA)
    for place, crop in enumerate((exhibit.clean, exhibit.degraded, exhibit.restored)):
        middle = _middle(crop)
        height, width = middle.shape[:2]
        left = place * _SHOWN
        picture[_BAND : _BAND + height, left : left + width] = middle
    return picture


def _middle(crop: Bytes) -> Bytes:
    top, left = (max(0, length - _SHOWN) // 2 for length in crop.shape[:2])
    return crop[top : top + _SHOWN, left : left + _SHOWN]


def _uri(image: Bytes) -> str:
    return f"data:image/jpeg;base64,{base64.b64encode(encode_picture(image, _QUALITY)).decode()}"
