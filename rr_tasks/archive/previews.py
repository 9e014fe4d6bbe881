"""Small before/after pairs for the report, made while the pixels are at hand."""

from pathlib import Path
from threading import Lock

import cv2
import numpy as np
import pyvips

from rr_tasks.archive.engine import Pixels
from rr_tasks.archive.storage import write_whole

WIDTH, HEIGHT = 640, 960
_QUALITY = 82


class Previews:
    """Keeps up to `limit` pairs in a folder: those of the first photographs that were restored."""

    def __init__(self, folder: Path, limit: int) -> None:
        self._folder = folder
        self._lock = Lock()
        self._room = limit - sum(1 for _ in folder.glob("*-after.jpg"))

    def add(self, stem: str, before: Pixels, after: Pixels, icc: bytes | None) -> str | None:
        """Write a pair, unless it would be a new one too many; return its stem if written.

        Args:
            stem: file name without ending.
            before: (H, W, 3) pixels of the original.
            after: those of the restored photograph.
            icc: the photograph's colour profile.

        Raises:
            WriteFailedError: a file cannot be written.
        """
        with self._lock:
            if not after_path(self._folder, stem).exists():
                if self._room <= 0:
                    return None
                self._room -= 1
        write_whole(before_path(self._folder, stem), _small(before, icc))
        write_whole(after_path(self._folder, stem), _small(after, icc))
        return stem


def before_path(folder: Path, stem: str) -> Path:
    """Return where the original's preview is."""
    return folder / f"{stem}-before.jpg"


def after_path(folder: Path, stem: str) -> Path:
    """Return where the restored photograph's preview is."""
    return folder / f"{stem}-after.jpg"


def _small(pixels: Pixels, icc: bytes | None) -> bytes:
    height, width = pixels.shape[:2]
    scale = min(1.0, WIDTH / width, HEIGHT / height)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    shrunk = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
    shown = (shrunk >> 8).astype(np.uint8) if shrunk.dtype == np.uint16 else shrunk
    image = _to_srgb(pyvips.Image.new_from_array(np.ascontiguousarray(shown)), icc)
    encoded: bytes = image.jpegsave_buffer(Q=_QUALITY, keep="none")
    return encoded


def _to_srgb(image: pyvips.Image, icc: bytes | None) -> pyvips.Image:
    if icc is None:
        return image
    tagged = image.copy()
    tagged.set_type(pyvips.GValue.blob_type, "icc-profile-data", icc)
    try:
        return tagged.icc_transform("srgb", embedded=True).copy_memory()
    except pyvips.Error:
        # a profile that does not fit the pixels only costs the preview its exact colours
        return image
