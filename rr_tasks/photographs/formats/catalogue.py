"""All file formats that are read."""

from rr_tasks.photographs.formats.base import ImageFormat
from rr_tasks.photographs.formats.bmp import BmpFormat
from rr_tasks.photographs.formats.jpeg.format import JpegFormat
from rr_tasks.photographs.formats.png import PngFormat
from rr_tasks.photographs.formats.tiff.format import TiffFormat
from rr_tasks.photographs.formats.webp import WebpFormat

FORMATS: tuple[ImageFormat, ...] = (
    *(JpegFormat(), PngFormat(), WebpFormat(), TiffFormat()),
    BmpFormat(),
)


def identify(data: bytes) -> ImageFormat | None:
    """Tell a file's format by its content; None if it is none of ours."""
    return next((known for known in FORMATS if known.matches(data)), None)
