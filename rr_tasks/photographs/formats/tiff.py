"""TIFF: same depth and compression, unchanged descriptive tags with EXIF and GPS."""

import pyvips

from rr_tasks.photographs.formats.base import Facts
from rr_tasks.photographs.formats.directory import (
    COMPRESSION,
    add_tags,
    descriptive_tags,
    first_tag,
)

_COMPRESSIONS = {1: "none", 5: "lzw", 7: "jpeg", 32773: "packbits"}
_PREDICTED = ("lzw", "deflate")


class TiffFormat:
    """The TIFF file format."""

    name = "TIFF"

    def matches(self, data: bytes) -> bool:
        """Tell from the first bytes whether this is the format of a file."""
        return data[:4] in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")

    def load(self, data: bytes, salvage: bool = False) -> pyvips.Image:
        """Open the first page of a file."""
        return pyvips.Image.tiffload_buffer(
            data, access="sequential", fail_on="none" if salvage else "error"
        )

    def damage(self, data: bytes) -> str | None:
        """Leave it to the decoder."""
        del data
        return None

    def refusal(self, data: bytes, facts: Facts) -> str | None:
        """Refuse documents with several pages."""
        del data
        count = int(facts.get("n-pages", 1))
        return (
            f"it has {count} pages, and one photograph per file is restored" if count > 1 else None
        )

    def losses(self, data: bytes, facts: Facts) -> tuple[str, ...]:
        """Lose nothing."""
        del data, facts
        return ()

    def lossless(self, data: bytes, facts: Facts) -> bool:
        """Keep all samples, unless the compression is that of JPEG."""
        del facts
        return _compression_of(data) != "jpeg"

    def save(self, image: pyvips.Image, source: bytes, facts: Facts) -> bytes:
        """Encode with the source's compression; what libvips cannot write becomes deflate."""
        del facts
        compression = _compression_of(source)
        predictor = "horizontal" if compression in _PREDICTED else "none"
        encoded: bytes = image.tiffsave_buffer(
            compression=compression, predictor=predictor, Q=95, keep="none"
        )
        return encoded

    def transplant(self, encoded: bytes, source: bytes) -> bytes:
        """Add the source's descriptive tags to the encoder's."""
        return add_tags(encoded, descriptive_tags(source))


def _compression_of(data: bytes) -> str:
    return _COMPRESSIONS.get(first_tag(data, COMPRESSION), "deflate")
