"""PNG: same depth and interlacing, fast compression, unchanged ancillary chunks."""

import pyvips

from rr_tasks.photographs.formats.base import Facts, UnreadablePhotographError
from rr_tasks.photographs.formats.chunks import SIGNATURE, Chunk, read_chunks, read_trailer
from rr_tasks.photographs.formats.jpeg.thumbnail import renew_exif, renew_xmp
from rr_tasks.photographs.formats.raw_profile import holds_thumbnail

_IMAGE = {b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"}
_OUTDATED = {b"sBIT", b"hIST", b"iDOT"}
"""Chunks that tell how the old samples were coded: depth, use of the palette, places of rows."""
_LENGTHS = {
    **{b"gAMA": 4, b"cHRM": 32, b"sRGB": 1, b"cICP": 4, b"mDCV": 24, b"cLLI": 8},
    **{b"pHYs": 9, b"tIME": 7, b"oFFs": 9, b"sTER": 1},
}
"""Of chunks that are always as long, because many programs refuse a whole file over another."""
_COMPRESSED, _DEFLATE = (b"iCCP", b"zTXt"), b"\0"
_BEFORE_PALETTE = {b"iCCP", b"sRGB", b"gAMA", b"cHRM", b"cICP", b"mDCV", b"cLLI"}
_TRUE = {*_LENGTHS, b"iCCP", b"eXIf", b"tEXt", b"zTXt", b"iTXt", b"sPLT", b"pCAL", b"sCAL", b"orNT"}
"""Chunks that do not depend on the pixels; the last one is the orientation, from ImageMagick."""
_RENEWED = {b"eXIf": renew_exif, b"iTXt": renew_xmp}
_BACKGROUND = b"bKGD"
_NAMES = {
    _BACKGROUND: "background colour",
    b"caBX": "content credentials (C2PA)",
    b"dSIG": "digital signature",
    b"fdAT": "other frames of an animation",
}
_HDR = (b"\x10", b"\x12")
"""Transfer functions PQ and HLG."""
_INTERLACE = 12
"""Place in the header chunk."""
_FEWEST_BITS = 4


class PngFormat:
    """The PNG file format."""

    name = "PNG"

    def matches(self, data: bytes) -> bool:
        """Tell from the first bytes whether this is the format of a file."""
        return data.startswith(SIGNATURE)

    def load(self, data: bytes, salvage: bool = False) -> pyvips.Image:
        """Open a file."""
        if any(chunk.kind == b"CgBI" for chunk in read_chunks(data)):
            raise UnreadablePhotographError(
                "it is packed for iPhone apps (CgBI) and no standard PNG; convert it first"
            )
        fail_on = "none" if salvage else "error"
        return pyvips.Image.pngload_buffer(data, access="sequential", fail_on=fail_on)

    def damage(self, data: bytes) -> str | None:
        """Leave it to the decoder."""
        del data
        return None

    def refusal(self, data: bytes, facts: Facts) -> str | None:
        """Refuse animations, and pictures of so few levels that they are patterns of dots."""
        for chunk in read_chunks(data):
            if chunk.kind == b"acTL":
                return "it is an animation, not a photograph"
            if chunk.kind == b"cICP" and chunk.body[1:2] in _HDR:
                return "its brightness is coded for HDR screens (PQ or HLG), which is not read"
        if _bits(facts) < _FEWEST_BITS:
            return "it has only two or four tones, and restoring would smear their dots"
        return None

    def losses(self, data: bytes, facts: Facts) -> tuple[str, ...]:
        """Name chunks that may no longer be true."""
        names = (
            _name(chunk)
            for chunk in read_chunks(data)
            if _is_sound(chunk) and not _travels(chunk, facts)
        )
        return tuple(dict.fromkeys(names))

    def lossless(self, data: bytes, facts: Facts) -> bool:
        """Keep all samples, unless the palette is made anew or there are but 16 levels."""
        del data
        return not facts.get("palette", 0) and _bits(facts) >= 8

    def save(self, image: pyvips.Image, source: bytes, facts: Facts) -> bytes:
        """Encode losslessly, with a new palette if the source had one, and as few levels."""
        palette = bool(facts.get("palette", 0))
        options = {}
        if palette:
            options = {"palette": True, "bitdepth": _bits(facts)}
        elif _bits(facts) < 8 and image.bands == 1:
            options = {"bitdepth": _bits(facts)}
            image = (image * ((1 << _bits(facts)) - 1) / 255).rint().cast("uchar")
        encoded: bytes = image.pngsave_buffer(
            compression=3,
            filter="none" if options else "paeth",
            interlace=next(read_chunks(source)).body[_INTERLACE] == 1,
            keep="none",
            **options,
        )
        return encoded

    def transplant(self, encoded: bytes, source: bytes) -> bytes:
        """Keep the encoder's pixels only, and put the source's other chunks around them.

        Checksums are computed anew: decoders differ in what they make of a wrong one, from reading
        the chunk all the same to refusing the file. What lies behind the picture stays there, where
        nothing that decodes it looks.
        """
        image = list(read_chunks(encoded))
        header, *colours = (c for c in image if c.kind in (b"IHDR", b"PLTE", b"tRNS"))
        rows = [chunk for chunk in image if chunk.kind == b"IDAT"]
        palette = {"palette": any(chunk.kind == b"PLTE" for chunk in colours)}
        first: list[Chunk] = []
        before: list[Chunk] = []
        behind: list[Chunk] = []
        place = before
        for chunk in read_chunks(source):
            if chunk.kind == b"IDAT":
                place = behind
            elif _travels(chunk, palette):
                early = place is before and chunk.kind in _BEFORE_PALETTE
                (first if early else place).append(_renew(chunk, encoded))
        chunks = [header, *first, *colours, *before, *rows, *behind, Chunk(b"IEND", b"")]
        return SIGNATURE + b"".join(map(bytes, chunks)) + read_trailer(source)


def _bits(facts: Facts) -> int:
    return int(facts.get("bits-per-sample", 8))


def _name(chunk: Chunk) -> str:
    if holds_thumbnail(chunk):
        return "metadata as text, with a thumbnail"
    return _NAMES.get(chunk.kind, f"{chunk.kind.decode('latin-1')} chunk")


def _is_sound(chunk: Chunk) -> bool:
    """Tell whether a chunk is no part of the old picture, and says what a program can read."""
    if chunk.kind in _IMAGE | _OUTDATED:
        return False
    if chunk.kind in _COMPRESSED and chunk.body.partition(b"\0")[2][:1] != _DEFLATE:
        return False
    return len(chunk.body) == _LENGTHS.get(chunk.kind, len(chunk.body))


def _renew(chunk: Chunk, photograph: bytes) -> Chunk:
    """Redraw the thumbnails within a chunk of metadata."""
    renew = _RENEWED.get(chunk.kind)
    return chunk if renew is None else Chunk(chunk.kind, renew(chunk.body, photograph))


def _travels(chunk: Chunk, facts: Facts) -> bool:
    """Tell whether a chunk is sound and stays true when the pixels change."""
    if not _is_sound(chunk) or holds_thumbnail(chunk):
        return False
    if chunk.kind == _BACKGROUND:  # in a palette it is a place, where another colour is now
        return not facts.get("palette", 0)
    return chunk.kind in _TRUE or (chunk.may_be_copied and not chunk.must_be_understood)
