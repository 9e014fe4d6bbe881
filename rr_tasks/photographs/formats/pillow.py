"""How Pillow is called, and the files that it decodes because libvips does not read them."""

import io
import logging
import struct
import warnings
from collections.abc import Mapping
from typing import Any

import numpy as np
import pyvips
from PIL import Image, PngImagePlugin

from rr_tasks.photographs.formats.base import to_vips

# how much is too much is decided when a file is opened
Image.MAX_IMAGE_PIXELS = None
# of text and profiles, Pillow reads 1 MB, but 1 MB in a file may be 1 GB when it is decompressed
PngImagePlugin.MAX_TEXT_CHUNK = PngImagePlugin.MAX_TEXT_MEMORY = 2**26
# what is wrong with a file is in its row
warnings.filterwarnings("ignore", module=r"PIL\.")
logging.getLogger("PIL").setLevel(logging.CRITICAL)

_ERRORS = (OSError, ValueError, SyntaxError, EOFError, KeyError, struct.error)
"""What Pillow raises for damaged files."""
_PLAIN = ("L", "LA", "RGB", "RGBA", "I;16")
_FIELDS = {"exif": "exif-data", "xmp": "xmp-data", "icc_profile": "icc-profile-data"}
"""Pillow's and libvips' names of metadata."""


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
            plain = image if image.mode in _PLAIN else image.convert(_plain_mode(image))
            decoded = to_vips(np.atleast_3d(np.asarray(plain)))
            attach_metadata(decoded, image.info)
            decoded.set_type(pyvips.GValue.gint_type, "n-pages", getattr(image, "n_frames", 1))
    except _ERRORS as error:
        raise pyvips.Error(str(error)) from error
    return decoded


def attach_metadata(image: pyvips.Image, info: Mapping[Any, Any]) -> None:
    """Give an image the metadata that Pillow found."""
    for name, field in _FIELDS.items():
        if info.get(name):
            image.set_type(pyvips.GValue.blob_type, field, bytes(info[name]))


def _plain_mode(image: Image.Image) -> str:
    if image.mode == "1":
        return "L"
    return "RGBA" if image.has_transparency_data else "RGB"
