"""All file formats that are read."""

from rr_tasks.photographs.formats.base import ImageFormat
from rr_tasks.photographs.formats.bmp import BmpFormat
from rr_tasks.photographs.formats.foreign.base import ForeignFormat
from rr_tasks.photographs.formats.foreign.heif import AvifFormat, HeicFormat
from rr_tasks.photographs.formats.foreign.rasters import GifFormat, Jpeg2000Format
from rr_tasks.photographs.formats.jpeg.format import JpegFormat
from rr_tasks.photographs.formats.png import PngFormat
from rr_tasks.photographs.formats.tiff.format import TiffFormat
from rr_tasks.photographs.formats.webp import WebpFormat

FORMATS: tuple[ImageFormat, ...] = (
    *(JpegFormat(), PngFormat(), WebpFormat(), TiffFormat()),
    BmpFormat(),
)
"""Those that are written back in the same form."""

FOREIGN: tuple[ForeignFormat, ...] = (AvifFormat(), HeicFormat(), GifFormat(), Jpeg2000Format())
"""Those that are written in another one."""


def identify(data: bytes) -> ImageFormat | ForeignFormat | None:
    """Tell a file's format by its content; None if it is none of ours."""
    every: tuple[ImageFormat | ForeignFormat, ...] = (*FORMATS, *FOREIGN)
    return next((known for known in every if known.matches(data)), None)
