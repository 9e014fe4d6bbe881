"""Writes photographs of formats, or with colours, that are read but not written.

What was lossy with 8 bits becomes a JPEG, everything else a PNG. EXIF and XMP come along, in a JPEG
IPTC, too, and the colour profile unless the colours were converted.
"""

import io
import zlib
from dataclasses import dataclass

import pyvips
from PIL import Image

from rr_tasks.photographs.formats.base import Facts, Metadata
from rr_tasks.photographs.formats.chunks import SIGNATURE, Chunk, read_chunks

_QUALITY = 95
_LONGEST = 65_000
"""Bytes of EXIF or XMP that one segment of a JPEG surely holds."""
_PREFIX = b"Exif\0\0"


@dataclass(frozen=True)
class JpegConversion:
    """Writes a JPEG of quality 95 with full chroma resolution.

    Attributes:
        metadata: what is written along.
    """

    metadata: Metadata
    name = "JPEG"
    suffix = ".jpg"

    @property
    def losses(self) -> tuple[str, ...]:
        """Lose no metadata."""
        return ()

    def lossless(self, data: bytes, facts: Facts) -> bool:
        """Keep no sample exactly."""
        del data, facts
        return False

    def save(self, image: pyvips.Image, source: bytes, facts: Facts) -> bytes:
        """Encode with the metadata."""
        del source, facts
        iptc = self.metadata.get("iptc-data", b"")
        with io.BytesIO() as buffer:
            Image.fromarray(image.numpy()).save(
                buffer,
                "JPEG",
                quality=_QUALITY,
                subsampling=0,
                exif=self.metadata.get("exif-data", b""),
                xmp=self.metadata.get("xmp-data", b""),
                icc_profile=self.metadata.get("icc-profile-data", b""),
                extra=b"\xff\xed" + (len(iptc) + 2).to_bytes(2) + iptc if iptc else b"",
            )
            return buffer.getvalue()

    def transplant(self, encoded: bytes, source: bytes) -> bytes:
        """Leave it as it is."""
        del source
        return encoded


@dataclass(frozen=True)
class PngConversion:
    """Writes a PNG.

    Attributes:
        metadata: what is written along.
    """

    metadata: Metadata
    name = "PNG"
    suffix = ".png"

    @property
    def losses(self) -> tuple[str, ...]:
        """Lose what a PNG has no place for."""
        return ("IPTC data",) if "iptc-data" in self.metadata else ()

    def lossless(self, data: bytes, facts: Facts) -> bool:
        """Keep all samples."""
        del data, facts
        return True

    def save(self, image: pyvips.Image, source: bytes, facts: Facts) -> bytes:
        """Encode without metadata."""
        del source, facts
        encoded: bytes = image.pngsave_buffer(compression=3, filter="paeth", keep="none")
        return encoded

    def transplant(self, encoded: bytes, source: bytes) -> bytes:
        """Add the metadata behind the header, and drop the resolution that libvips makes up."""
        del source
        header, *rest = (chunk for chunk in read_chunks(encoded) if chunk.must_be_understood)
        added = []
        if icc := self.metadata.get("icc-profile-data"):
            added.append(Chunk(b"iCCP", b"ICC profile\0\0" + zlib.compress(icc)))
        if exif := self.metadata.get("exif-data"):
            added.append(Chunk(b"eXIf", exif.removeprefix(_PREFIX)))
        if xmp := self.metadata.get("xmp-data"):
            added.append(Chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + xmp))
        return SIGNATURE + b"".join(map(bytes, [header, *added, *rest]))


CONVERTED_SUFFIXES = (JpegConversion.suffix, PngConversion.suffix)
"""What the name of a converted file can have behind that of its original."""


def choose_conversion(
    image: pyvips.Image, metadata: Metadata, lossy: bool
) -> JpegConversion | PngConversion:
    """Choose the format to convert to.

    Args:
        image: what is to be written, with 8 or 16 bits.
        metadata: what is to be written along.
        lossy: whether the original's coding lost something.
    """
    blocks = (metadata.get(name, b"") for name in ("exif-data", "xmp-data", "iptc-data"))
    opaque = image.bands in (1, 3)
    if lossy and opaque and image.format == "uchar" and max(map(len, blocks)) <= _LONGEST:
        return JpegConversion(metadata)
    return PngConversion(metadata)
