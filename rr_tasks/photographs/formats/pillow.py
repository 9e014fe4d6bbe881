"""Files that Pillow decodes, all at once, because libvips does not read them."""

import io
import struct

import numpy as np
import pyvips
from PIL import Image

from rr_tasks.photographs.formats.base import to_vips

_ERRORS = (OSError, ValueError, SyntaxError, EOFError, KeyError, struct.error)
"""What Pillow raises for damaged files."""
_MODES = {"1": "L", "I;16B": "I;16", "P": "RGB", "PA": "RGBA"}


def read_size(data: bytes) -> tuple[int, int]:
    """Read width and height from a file's header.

    Raises:
        pyvips.Error: the header is damaged.
    """
    try:
        with Image.open(io.BytesIO(data)) as image:
            return image.size
    except _ERRORS as error:
        raise pyvips.Error(str(error)) from error


def decode(data: bytes) -> pyvips.Image:
    """Decode the first picture of a file.

    Raises:
        pyvips.Error: it is damaged.
    """
    try:
        with Image.open(io.BytesIO(data)) as image:
            image.load()
            plain = image.convert(_plain_mode(image)) if image.mode in _MODES else image
            return to_vips(np.atleast_3d(np.asarray(plain)))
    except _ERRORS as error:
        raise pyvips.Error(str(error)) from error


def _plain_mode(image: Image.Image) -> str:
    if image.mode == "P" and image.has_transparency_data:
        return "RGBA"
    return _MODES[image.mode]
