"""PNG: same depth, fast compression, unchanged ancillary chunks."""

import struct
from collections.abc import Iterator

import pyvips

from rr_tasks.photographs.formats.base import Facts, UnreadablePhotographError

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_IMAGE = {b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"}
_KEPT = {
    *(b"iCCP", b"sRGB", b"gAMA", b"cHRM", b"cICP", b"mDCV", b"cLLI", b"pHYs"),
    *(b"eXIf", b"tEXt", b"zTXt", b"iTXt", b"tIME"),
}
_BEFORE_PALETTE = {b"iCCP", b"sRGB", b"gAMA", b"cHRM", b"cICP", b"mDCV", b"cLLI"}


class PngFormat:
    """The PNG file format."""

    name = "PNG"

    def matches(self, data: bytes) -> bool:
        """Tell from the first bytes whether this is the format of a file."""
        return data.startswith(_SIGNATURE)

    def load(self, data: bytes, salvage: bool = False) -> pyvips.Image:
        """Open a file."""
        if any(kind == b"CgBI" for kind, _ in _chunks(data)):
            raise UnreadablePhotographError(
                "it is packed for iPhone apps (CgBI) and no standard PNG; convert it first"
            )
        return pyvips.Image.pngload_buffer(
            data, access="sequential", fail_on="none" if salvage else "error"
        )

    def damage(self, data: bytes) -> str | None:
        """Leave it to the decoder."""
        del data
        return None

    def refusal(self, data: bytes, facts: Facts) -> str | None:
        """Refuse animations."""
        del facts
        moving = any(kind == b"acTL" for kind, _ in _chunks(data))
        return "it is an animation, not a photograph" if moving else None

    def losses(self, data: bytes, facts: Facts) -> tuple[str, ...]:
        """Lose nothing."""
        del data, facts
        return ()

    def lossless(self, data: bytes, facts: Facts) -> bool:
        """Keep all samples, unless the palette is made anew."""
        del data
        return not facts.get("palette", 0)

    def save(self, image: pyvips.Image, source: bytes, facts: Facts) -> bytes:
        """Encode losslessly, with a new palette if the source had one."""
        del source
        palette = bool(facts.get("palette", 0))
        bits = {"bitdepth": int(facts.get("bits-per-sample", 8))} if palette else {}
        encoded: bytes = image.pngsave_buffer(
            compression=3,
            filter="none" if palette else "paeth",
            palette=palette,
            keep="none",
            **bits,
        )
        return encoded

    def transplant(self, encoded: bytes, source: bytes) -> bytes:
        """Keep the encoder's pixels only, and put the source's other chunks around them."""
        kept = [(kind, chunk) for kind, chunk in _chunks(source) if _travels(kind)]
        first = [chunk for kind, chunk in kept if kind in _BEFORE_PALETTE]
        later = [chunk for kind, chunk in kept if kind not in _BEFORE_PALETTE]
        image = [(kind, chunk) for kind, chunk in _chunks(encoded) if kind in _IMAGE]
        head = [chunk for kind, chunk in image if kind == b"IHDR"]
        palette = [chunk for kind, chunk in image if kind in (b"PLTE", b"tRNS")]
        data = [chunk for kind, chunk in image if kind in (b"IDAT", b"IEND")]
        return b"".join([_SIGNATURE, *head, *first, *palette, *later, *data])


def _travels(kind: bytes) -> bool:
    """Tell whether a chunk stays valid when the pixels change (its fourth letter says so)."""
    return kind in _KEPT or (kind not in _IMAGE and bool(kind[0] & kind[3] & 0x20))


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield (type, whole chunk with length and checksum) of each complete chunk."""
    position = len(_SIGNATURE)
    while position + 12 <= len(data):
        length, kind = struct.unpack_from(">I4s", data, position)
        yield kind, data[position : position + length + 12]
        position += length + 12
