"""Small before/after pairs for the report, made while the pixels are at hand."""

from threading import Lock

import cv2
import numpy as np
import pyvips

from rr_tasks.archive.engine import Pixels
from rr_tasks.archive.folder import Folder
from rr_tasks.archive.layout import PREVIEWS

WIDTH, HEIGHT = 640, 960
_QUALITY = 82


class Previews:
    """Keeps up to `limit` pairs in an output folder, of the first photographs restored there."""

    def __init__(self, output: Folder, limit: int) -> None:
        self._output, self._limit = output, limit
        self._lock = Lock()
        endings = {name.rpartition("-")[::2] for name in output.names(PREVIEWS)}
        self._stems = {stem for stem, side in endings if side == "after.jpg"}

    def add(self, stem: str, before: Pixels, after: Pixels, icc: bytes | None) -> str | None:
        """Write a pair, unless it would be a new one too many; return its stem if written.

        Args:
            stem: file name without ending.
            before: (H, W, 3) pixels of the original.
            after: those of the restored photograph.
            icc: the photograph's colour profile.

        Raises:
            WriteFailedError: a file cannot be written.
            StorageError: storage refuses.
        """
        with self._lock:
            if stem not in self._stems and len(self._stems) >= self._limit:
                return None
            self._stems.add(stem)
        self._output.write(before_path(stem), _small(before, icc))
        self._output.write(after_path(stem), _small(after, icc))
        return stem


def before_path(stem: str) -> str:
    """Return where the original's preview is, below the output folder."""
    return f"{PREVIEWS}/{stem}-before.jpg"


def after_path(stem: str) -> str:
    """Return where the restored photograph's preview is, below the output folder."""
    return f"{PREVIEWS}/{stem}-after.jpg"


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
