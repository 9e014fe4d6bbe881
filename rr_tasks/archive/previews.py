"""Small before/after pairs for the report, made while the pixels are in memory."""

from threading import Lock

import cv2

from rr_tasks.archive.layout import PREVIEWS
from rr_tasks.photographs.formats.base import to_vips
from rr_tasks.photographs.pixels import Pixels, to_8_bits
from rr_tasks.storage.folder import Folder

WIDTH, HEIGHT = 640, 960
_QUALITY = 82


class Previews:
    """Keeps up to `limit` pairs in an output folder, from the first photographs restored there."""

    def __init__(self, output: Folder, limit: int) -> None:
        self._output, self._limit = output, limit
        self._lock = Lock()
        endings = {name.rpartition("-")[::2] for name in output.names(PREVIEWS)}
        self._stems = {stem for stem, side in endings if side == "after.jpg"}

    def add(self, stem: str, before: Pixels, after: Pixels) -> str | None:
        """Write a pair unless the limit is reached, and return its stem if it was written.

        Args:
            stem: file name without ending.
            before: (H, W, 3) pixels of the original.
            after: those of the restored photograph.

        Raises:
            StorageError: storage refuses, or a file cannot be written.
        """
        with self._lock:
            if stem not in self._stems and len(self._stems) >= self._limit:
                return None
            self._stems.add(stem)
        self._output.write(before_path(stem), _small(before))
        self._output.write(after_path(stem), _small(after))
        return stem


def before_path(stem: str) -> str:
    """Return the path of the original's preview below the output folder."""
    return f"{PREVIEWS}/{stem}-before.jpg"


def after_path(stem: str) -> str:
    """Return the path of the restored photograph's preview below the output folder."""
    return f"{PREVIEWS}/{stem}-after.jpg"


def _small(pixels: Pixels) -> bytes:
    height, width = pixels.shape[:2]
    scale = min(1.0, WIDTH / width, HEIGHT / height)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    shrunk = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
    image = to_vips(to_8_bits(shrunk))
    encoded: bytes = image.jpegsave_buffer(Q=_QUALITY, keep="none")
    return encoded
