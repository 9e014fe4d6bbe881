"""What every file format provides, and how libvips is called."""

import logging
from collections.abc import Mapping
from typing import Protocol

import numpy as np
import pyvips

from rr_tasks.photographs.pixels import Samples
from schemas.errors import ExpectedError

# buffers are decoded once: a cache would only keep the last hundred photographs in memory
pyvips.cache_set_max(0)
# what is wrong with a file is in its row; pyvips would tell it a second time, without the name
logging.getLogger("pyvips").setLevel(logging.ERROR)


Facts = Mapping[str, int | str]
"""Header fields of libvips that decide how a file is written back."""

_FACTS = ("bits-per-sample", "jpeg-chroma-subsample", "n-pages", "orientation", "palette")


class UnusablePhotographError(ExpectedError, ValueError):
    """A photograph cannot be used; the message is a short reason to show to people."""


class UnreadablePhotographError(UnusablePhotographError):
    """The file holds no photograph that can be decoded and written back."""


class ImageFormat(Protocol):
    """One file format.

    libvips rewrites EXIF blocks (which breaks maker notes), drops PNG text and gamma, and does not
    know the EXIF of a TIFF file; therefore it writes no metadata, and `transplant` takes the
    source's own bytes.
    """

    name: str

    def matches(self, data: bytes) -> bool:
        """Tell from the first bytes whether this is the format of a file."""

    def load(self, data: bytes) -> pyvips.Image:
        """Open a file; pixels are decoded on demand.

        Raises:
            pyvips.Error: the header is damaged.
        """

    def refusal(self, data: bytes, facts: Facts) -> str | None:
        """Say why a file cannot be written back as it was, or None if it can."""

    def save(self, image: pyvips.Image, source: bytes, facts: Facts) -> bytes:
        """Encode pixels the way the source was encoded, without any metadata."""

    def transplant(self, encoded: bytes, source: bytes) -> bytes:
        """Put the metadata of `source` into a file that `save` made."""


def to_vips(samples: Samples) -> pyvips.Image:
    """Hand samples to libvips, labelled as grey or colour, with or without alpha."""
    names = ("b-w", "grey16") if samples.shape[2] < 3 else ("srgb", "rgb16")
    image = pyvips.Image.new_from_array(np.ascontiguousarray(samples))
    return image.copy(interpretation=names[samples.dtype == np.uint16])


def facts_of(image: pyvips.Image) -> Facts:
    """Read the fields of a header that determine how its file is written back."""
    return {name: image.get(name) for name in _FACTS if image.get_typeof(name) != 0}
