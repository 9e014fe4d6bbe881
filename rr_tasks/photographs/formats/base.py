"""What every file format provides, and how libvips is called."""

import logging
from collections.abc import Mapping
from typing import Protocol, runtime_checkable

import cv2
import numpy as np
import pyvips

from rr_tasks.photographs.pixels import Samples
from schemas.errors import ExpectedError

# buffers are decoded once: a cache would only keep the last hundred photographs in memory
pyvips.cache_set_max(0)
# what is wrong with a file is in its row; pyvips would tell it a second time, without the name
logging.getLogger("pyvips").setLevel(logging.ERROR)
cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)  # nor shall OpenCV


Facts = Mapping[str, int | str]
"""Header fields of libvips that decide how a file is written back."""

Metadata = Mapping[str, bytes]
"""Whole blocks of metadata by libvips' names for them."""

_METADATA = ("exif-data", "xmp-data", "iptc-data", "icc-profile-data")
_FACTS = ("bits-per-sample", "jpeg-chroma-subsample", "n-pages", "orientation", "palette")


class UnusablePhotographError(ExpectedError, ValueError):
    """A photograph cannot be used; the message is a short reason to show to people."""


class UnreadablePhotographError(UnusablePhotographError):
    """The file holds no photograph that can be decoded."""


class ProtectedPhotographError(UnreadablePhotographError):
    """The file is whole, but restoring would reduce it to something else: it is left alone."""


class UnfaithfulOutputError(UnusablePhotographError):
    """A restored file does not hold, when it is read back, what it should."""


class ReadableFormat(Protocol):
    """A file format that is read."""

    name: str

    def matches(self, data: bytes) -> bool:
        """Tell from the first bytes whether this is the format of a file."""

    def load(self, data: bytes, salvage: bool = False) -> pyvips.Image:
        """Open a file; pixels are decoded on demand.

        Args:
            data: the whole file.
            salvage: make do with what can be decoded of damaged data, instead of failing.

        Raises:
            pyvips.Error: the header is damaged.
            UnreadablePhotographError: no decoder here reads this kind of file; the message says
                which kind it is, and what to do.
        """

    def damage(self, data: bytes) -> str | None:
        """Say "damaged" or "truncated" of a file whose damage the decoder would pass over."""

    def refusal(self, data: bytes, facts: Facts) -> str | None:
        """Say what a readable file is, if it is no single photograph, or None if it is one.

        Such a file is left alone, because a restored one would be something else: of several pages
        or frames, one would survive.
        """

    def losses(self, data: bytes, facts: Facts) -> tuple[str, ...]:
        """Name what a rewritten file would lack of this one, in a few words each.

        It is empty if everything is carried along and stays true. Otherwise the file is left alone,
        unless its owner accepts the losses.
        """


class WritableFormat(Protocol):
    """A file format that is written.

    libvips rewrites EXIF blocks (which breaks maker notes), drops PNG text and gamma, and does not
    know the EXIF of a TIFF file; therefore it writes no metadata, and `transplant` takes the
    source's own bytes.
    """

    @property
    def name(self) -> str:
        """What it is called."""

    def lossless(self, data: bytes, facts: Facts) -> bool:
        """Tell whether `save` keeps every sample exactly."""

    def save(self, image: pyvips.Image, source: bytes, facts: Facts) -> bytes:
        """Encode pixels the way the source was encoded, without any metadata."""

    def transplant(self, encoded: bytes, source: bytes) -> bytes:
        """Put the metadata of `source` into a file that `save` made."""


class ImageFormat(ReadableFormat, WritableFormat, Protocol):
    """A file format whose photographs are written in the same form."""

    name: str


@runtime_checkable
class WholeFormat(ReadableFormat, Protocol):
    """A format whose `load` decodes all pixels at once, so that their number is asked before."""

    def declared_size(self, data: bytes) -> tuple[int, int]:
        """Read width and height from the header.

        Raises:
            pyvips.Error: it is damaged.
            UnreadablePhotographError: see `load`.
        """


def to_vips(samples: Samples) -> pyvips.Image:
    """Hand samples to libvips, labelled as grey or colour, with or without alpha."""
    names = ("b-w", "grey16") if samples.shape[2] < 3 else ("srgb", "rgb16")
    image = pyvips.Image.new_from_array(np.ascontiguousarray(samples))
    return image.copy(interpretation=names[samples.dtype == np.uint16])


def facts_of(image: pyvips.Image) -> Facts:
    """Read the fields of a header that determine how its file is written back."""
    return {name: image.get(name) for name in _FACTS if image.get_typeof(name) != 0}


def metadata_of(image: pyvips.Image) -> Metadata:
    """Read the blocks of metadata that libvips finds in a file."""
    return {name: image.get(name) for name in _METADATA if image.get_typeof(name) != 0}
