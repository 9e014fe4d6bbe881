"""Measured depth in a file beside the photograph: `photo.depth.png` or `photo.depth.npy`."""

import io
from functools import lru_cache

import cv2
import numpy as np
import pyvips

from rr_tasks.degrade.depth import Depth
from rr_tasks.degrade.square import Square
from rr_tasks.photographs.failure import explain_photograph
from rr_tasks.photographs.formats.base import UnusablePhotographError
from rr_tasks.photographs.formats.png import PngFormat
from rr_tasks.photographs.negative import MAX_PIXELS
from rr_tasks.storage.files import list_files, read_bytes, stamp

SUFFIXES = (".depth.png", ".depth.npy")


def list_depths(url: str) -> list[str]:
    """List the URLs of all depth files below a folder, sorted."""
    return [file for file in list_files(url) if file.lower().endswith(SUFFIXES)]


def read_depth(photograph: str) -> Depth | None:
    """Read the depth beside a photograph, (H, W), where larger is farther; None if there is none.

    A PNG is grey, with 8 or 16 bits; an array has two dimensions. The unit does not matter. The
    last few maps are kept, each until its file is replaced.

    Raises:
        UnusablePhotographError: the file cannot be read, is damaged, or holds something else.
        StorageError: see `rr_tasks.photographs.failure.explain_photograph`.
    """
    stem = photograph.rsplit(".", 1)[0]
    for suffix in SUFFIXES:
        with explain_photograph(photograph):
            content_stamp = stamp(stem + suffix)
            if content_stamp is not None:
                return _read(stem, suffix, content_stamp)
    return None


def cut_depth(depth: Depth, shape: tuple[int, int], square: Square) -> Depth:
    """Cut from a depth map the square that was cut from its photograph, and stretch it to 0-1.

    Args:
        depth: the map of the whole photograph, at any resolution.
        shape: height and width of the photograph.
        square: what was cut from it.
    """
    whole = cv2.resize(depth, shape[::-1], interpolation=cv2.INTER_LINEAR)
    part = whole[square.top : square.top + square.side, square.left : square.left + square.side]
    small = cv2.resize(part, (square.size, square.size), interpolation=cv2.INTER_AREA)
    low, high = float(small.min()), float(small.max())
    return np.asarray((small - low) / max(high - low, 1e-6), dtype=np.float32)


@lru_cache(maxsize=4)
def _read(stem: str, suffix: str, content_stamp: str) -> Depth:
    del content_stamp  # only tells one content from another
    content = read_bytes(stem + suffix)
    depth = _decode_array(content) if suffix.endswith(".npy") else _decode_png(content)
    if depth is None or depth.ndim != 2 or not depth.size or not np.isfinite(depth).all():
        raise UnusablePhotographError(f"its {suffix} is not a readable map of depth")
    return depth


def _decode_array(content: bytes) -> Depth | None:
    try:
        found = np.lib.format.read_array(io.BytesIO(content), allow_pickle=False)
    except (ValueError, EOFError):
        return None
    if found.dtype.kind not in "biuf":  # neither truth values nor real numbers
        return None
    with np.errstate(over="ignore"):  # what becomes infinite is refused
        return found.astype(np.float32)


def _decode_png(content: bytes) -> Depth | None:
    try:
        image = PngFormat().load(content)
        if image.bands != 1 or image.width * image.height > MAX_PIXELS:
            return None
        return np.asarray(image.numpy(), dtype=np.float32)
    except pyvips.Error:
        return None
