"""Measured depth in a file beside the photograph: `photo.depth.png` or `photo.depth.npy`."""

import io
from functools import lru_cache

import cv2
import numpy as np

from rr_tasks.degrade.depth import Depth
from rr_tasks.degrade.square import Square
from rr_tasks.photographs.formats.base import UnusablePhotographError
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
        UnusablePhotographError: the file is damaged, or holds something else.
    """
    stem = photograph.rsplit(".", 1)[0]
    for suffix in SUFFIXES:
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
    depth = _decode(read_bytes(stem + suffix), suffix)
    if depth is None or depth.ndim != 2 or not np.isfinite(depth).all():
        raise UnusablePhotographError(f"its {suffix} is not a readable map of depth")
    return depth


def _decode(content: bytes, suffix: str) -> Depth | None:
    try:
        if suffix.endswith(".npy"):
            return np.lib.format.read_array(io.BytesIO(content), allow_pickle=False).astype("f4")
        found = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_UNCHANGED)
        return None if found is None else np.asarray(found, dtype=np.float32)
    except (ValueError, EOFError, cv2.error):
        return None
