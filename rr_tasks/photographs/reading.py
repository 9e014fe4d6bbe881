"""Reads photographs from storage."""

from functools import lru_cache

from rr_tasks.photographs.negative import open_photograph
from rr_tasks.photographs.pixels import Bytes, Pixels, to_8_bits
from rr_tasks.storage.files import read_bytes, stamp

DECODER_VERSION = 2
"""Raised whenever a change of this package alters the pixels read from the same photograph."""


def read_pixels(url: str) -> Pixels:
    """Decode a photograph to (H, W, 3) sRGB, upright, with its 8 or 16 bits.

    Raises:
        StorageError: the file does not exist, is a folder, or cannot be accessed.
        UnreadablePhotographError: it is not a photograph, or is damaged.
    """
    return open_photograph(read_bytes(url)).develop().pixels


def read_photograph(url: str) -> Bytes:
    """Decode a photograph to (H, W, 3) sRGB bytes, upright.

    The last few photographs are kept, each until its file is replaced. The pixels are read-only.

    Raises:
        StorageError: see `read_pixels`.
        UnreadablePhotographError: see `read_pixels`.
    """
    return _decode(url, stamp(url))


@lru_cache(maxsize=4)
def _decode(url: str, stamp: str | None) -> Bytes:
    del stamp  # only tells one content from another
    photograph = to_8_bits(read_pixels(url))
    photograph.setflags(write=False)
    return photograph
