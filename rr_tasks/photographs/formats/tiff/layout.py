"""How a TIFF file stores the pixels of a picture."""

import re
from dataclasses import dataclass
from math import ceil

from rr_tasks.photographs.formats.base import UnreadablePhotographError
from rr_tasks.photographs.formats.directory import Directory, Numbers

SIZES, TILE_SIZES = 279, 325
WHITE_IS_ZERO, BLACK_IS_ZERO, RGB, PALETTE, CMYK, YCBCR = 0, 1, 2, 3, 5, 6
PLAIN, LZW, JPEG, DEFLATE, PACKBITS = 1, 5, 7, 8, 32773
PREDICTED = {LZW, DEFLATE}
UNSIGNED, SIGNED, FLOATING = 1, 2, 3
ASSOCIATED, UNASSOCIATED = 1, 2

_SHOWN = {WHITE_IS_ZERO, BLACK_IS_ZERO, RGB, PALETTE, CMYK, YCBCR}
_COLOURS = {RGB: 3, CMYK: 4, YCBCR: 3, 8: 3, 9: 3, 10: 3, 32845: 3}
_WHOLE_PICTURE = 2**32 - 1
_OLD_DEFLATE = 32946
_VOID = 4  # samples of a kind that the writer does not tell
_JPEG_FRAME = re.compile(rb"\xff[\xc0-\xc2]\x00\x11\x08.{4}\x03.(.)", re.DOTALL)
_JPEG_HEAD = 2**16

_READABLE = {PLAIN, LZW, JPEG, DEFLATE, PACKBITS, 50001, *(2, 3, 4, 32771)}
"""With WebP, and those of facsimiles, all that libvips' build of libtiff decodes."""
_COMPRESSIONS = {
    **{6: "old-style JPEG", 9: "JBIG", 10: "JBIG", 34661: "JBIG", 34712: "JPEG 2000"},
    **{33003: "JPEG 2000", 33004: "JPEG 2000", 33005: "JPEG 2000", 34887: "LERC", 34925: "LZMA"},
    **{34892: "lossy JPEG of raw files", 50000: "ZSTD", 50002: "JPEG XL", 52546: "JPEG XL"},
    **{32767: "that of raw files", 34713: "that of raw files", 65000: "that of raw files"},
    **{32766: "NeXT", 32809: "ThunderScan", 34676: "SGI log", 34677: "SGI log"},
}
_COLOUR_NAMES = {
    **{8: "CIELAB", 9: "ICCLab", 10: "ITULab", 32844: "LogL", 32845: "LogLuv"},
    4: "a transparency mask",
}
_BITS = {UNSIGNED: {1, 2, 4, 8, 16}, FLOATING: {16, 32}}


@dataclass(frozen=True)
class Layout:
    """How pixels are stored.

    Attributes:
        bits: of a sample.
        kind: of a sample: unsigned, signed or floating.
        photometric: what the samples mean.
        samples: of a pixel, with the extra ones.
        extra: the meanings of the samples behind the colours.
        separate: whether each sample has a plane of its own.
        tiled: whether blocks are tiles, which are stored whole also at the edges.
        block: height and width of a strip or tile.
        halved: horizontal and vertical subsampling of chroma.
    """

    height: int
    width: int
    bits: int
    kind: int
    photometric: int
    compression: int
    samples: int
    extra: tuple[int, ...]
    separate: bool
    tiled: bool
    block: tuple[int, int]
    halved: tuple[int, int]

    @property
    def colours(self) -> int:
        """The number of samples of a pixel that are colours."""
        return self.samples - len(self.extra)

    @property
    def alpha(self) -> int | None:
        """The index of the sample that is opacity."""
        for place, meaning in enumerate(self.extra, start=self.colours):
            if meaning in (ASSOCIATED, UNASSOCIATED):
                return place
        return None

    @property
    def associated(self) -> bool:
        """Whether colours are stored multiplied by opacity."""
        return self.alpha is not None and self.extra[self.alpha - self.colours] == ASSOCIATED

    @property
    def recoloured(self) -> bool:
        """Whether colours are converted to be shown, and written as they are shown."""
        return self.photometric == CMYK or self.kind == FLOATING

    @property
    def packed(self) -> int:
        """The number of samples stored next to each other."""
        return 1 if self.separate else self.samples

    @property
    def blocks(self) -> int:
        """The number of blocks of all planes."""
        rows, columns = ceil(self.height / self.block[0]), ceil(self.width / self.block[1])
        return rows * columns * (self.samples // self.packed)

    @property
    def row(self) -> int:
        """The bytes of a row of a block when they are not compressed."""
        return ceil(self.block[1] * self.packed * self.bits / 8)

    @property
    def bytes(self) -> int:
        """The bytes of all blocks when they are not compressed."""
        planes = self.samples // self.packed
        return self.row * (self.block[0] * self.blocks if self.tiled else self.height * planes)

    @property
    def strip_sizes(self) -> list[int]:
        """The bytes of each strip when they are not compressed."""
        rows = [min(self.block[0], self.height - y) for y in range(0, self.height, self.block[0])]
        return [self.row * count for count in rows] * (self.samples // self.packed)


def read_layout(directory: Directory) -> Layout:
    """Read how a directory's pixels are stored.

    Raises:
        UnreadablePhotographError: the directory holds no picture, or a kind of picture that cannot
            be decoded; the message says which.
    """
    number = directory.number
    height, width = number(257), number(256)
    samples = number(277, 1)
    photometric = number(262, RGB if samples >= 3 else BLACK_IS_ZERO)
    bits = directory.numbers(258)[:samples]
    kinds = directory.numbers(339)[:samples]
    kind = int(kinds[0]) if len(kinds) else UNSIGNED
    if not height or not width or not 0 < samples <= 64:
        raise UnreadablePhotographError("the TIFF data is damaged or truncated")
    if len(set(bits.tolist())) > 1 or len(set(kinds.tolist())) > 1:
        raise UnreadablePhotographError("its channels differ in depth, which is not supported")
    tiled = directory.find(322) is not None
    block = (min(number(278, _WHOLE_PICTURE) or height, height), width)
    layout = Layout(
        height=height,
        width=width,
        bits=int(bits[0]) if len(bits) else 1,
        kind=UNSIGNED if kind == _VOID else kind,
        photometric=photometric,
        compression={_OLD_DEFLATE: DEFLATE}.get(number(259, PLAIN), number(259, PLAIN)),
        samples=samples,
        extra=_extra(directory.numbers(338), samples - _COLOURS.get(photometric, 1)),
        separate=number(284, 1) == 2 and samples > 1,
        tiled=tiled,
        block=(number(323), number(322)) if tiled else block,
        halved=_subsampling(directory),
    )
    _check(layout)
    return layout


def _extra(meanings: Numbers, count: int) -> tuple[int, ...]:
    """Return the meanings of the extra samples, of which some writers forget all or the last."""
    if count < 1:
        return ()
    return (*meanings[:count].tolist(), *[0] * (count - len(meanings)))


def _subsampling(directory: Directory) -> tuple[int, int]:
    """Read how chroma is subsampled: in JPEG data, which some writers contradict, or in the tag."""
    place = directory.number(324) or directory.number(273)
    frame = None
    if directory.number(259) == JPEG:
        frame = _JPEG_FRAME.search(directory.data[place : place + _JPEG_HEAD])
    if frame is not None:
        return frame[1][0] >> 4, frame[1][0] & 15
    numbers = directory.numbers(530).tolist()
    return (numbers[0], numbers[1]) if len(numbers) >= 2 else (2, 2)


def _check(layout: Layout) -> None:
    reason = None
    if layout.photometric not in _SHOWN:
        name = _COLOUR_NAMES.get(layout.photometric, f"of kind {layout.photometric}")
        reason = f"its colours are {name}, which is not supported; convert it to RGB first"
    elif layout.compression not in _READABLE:
        name = _COMPRESSIONS.get(layout.compression, f"number {layout.compression}")
        reason = f"its compression ({name}) is not supported; save it with another one"
    elif layout.bits not in _BITS.get(layout.kind, ()):
        kind = {UNSIGNED: "", SIGNED: "signed ", FLOATING: "floating-point "}
        name = f"{kind.get(layout.kind, 'complex ')}samples of {layout.bits} bits"
        reason = f"{name} are not supported; convert them to 8 or 16"
    elif layout.kind == FLOATING and layout.photometric not in (BLACK_IS_ZERO, RGB):
        reason = "floating-point samples that are neither grey nor RGB are not supported"
    elif layout.photometric == YCBCR and (layout.bits, layout.samples) != (8, 3):
        reason = "YCbCr with other samples than three of 8 bits is not supported; convert it to RGB"
    elif (
        layout.colours != _COLOURS.get(layout.photometric, 1)
        or 0 in layout.block
        or 0 in layout.halved
    ):
        reason = "the TIFF data is damaged or truncated"
    if reason is not None:
        raise UnreadablePhotographError(reason)
