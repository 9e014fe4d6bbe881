"""Decodes the photograph of a TIFF file.

libvips sees a file with a single directory, which holds only checked tags that it needs. Other
tags and directories can therefore neither mislead nor exhaust it.
"""

import struct
from collections.abc import Iterator

import cv2
import numpy as np
import pyvips

from rr_tasks.photographs.formats.directory import (
    LONG,
    LONG8,
    SHORT,
    Directory,
    Numbers,
    Tags,
    pack_entry,
)
from rr_tasks.photographs.formats.tiff.layout import (
    BLACK_IS_ZERO,
    CMYK,
    FLOATING,
    JPEG,
    PLAIN,
    SIZES,
    WHITE_IS_ZERO,
    YCBCR,
    Layout,
)

_PHOTOMETRIC, _ORIENTATION = 262, 274
_CARRIED = {"orientation", "xmp-data", "iptc-data", "icc-profile-data"}
_NEEDED = {
    *(256, 257, 258, 259, _PHOTOMETRIC, 266, 277, 284, 339),
    *(273, 278, 279, 322, 323, 324, 325),  # strips and tiles
    *(292, 293, 317, 320, 347, 529, 530, 531, 532),  # of some compressions and colours
    *(_ORIENTATION, 700, 33723, 34675),
}
_OPAQUE = {700: {1, 2, 7}, 33723: {1, 2, 4, 7}, 34675: {1, 2, 7}}
"""Types of XMP, IPTC and colour profiles that libtiff accepts."""


def decode(directory: Directory, layout: Layout, salvage: bool = False) -> pyvips.Image:
    """Open the picture of a directory, whose pixels are decoded on demand.

    Args:
        directory: of the file.
        layout: what `read_layout` says of it.
        salvage: whether to make do with what can be decoded of damaged data.

    Returns:
        An image of the colours, and of opacity if there is one. Its greys are brighter if they are
        larger, and its colours are not multiplied by opacity.

    Raises:
        pyvips.Error: the data is damaged.
    """
    # libtiff only warns of damaged JPEG data and short strips, but also of an old kind of LZW
    severity = "warning" if layout.compression in (PLAIN, JPEG) else "error"
    image = decode_all(directory, layout, "none" if salvage else severity)
    colours = image[:3] if layout.photometric == YCBCR else _colours(image, layout)
    if layout.photometric == WHITE_IS_ZERO:
        colours = colours.invert()
    if layout.alpha is None or layout.recoloured:
        return colours
    alpha = image[layout.alpha]
    if layout.associated:
        top = 255 if image.format == "uchar" else 65535
        colours = (colours.cast("double") * top / alpha).rint().cast(image.format)
    return colours.bandjoin(alpha)


def decode_all(directory: Directory, layout: Layout, fail_on: str) -> pyvips.Image:
    """Open the picture with all samples as they are stored, but YCbCr as RGB.

    Args:
        directory: of the file.
        layout: what `read_layout` says of it.
        fail_on: the severity of damage at which libvips gives up.
    """
    tags = _checked(directory, layout)
    if layout.photometric == YCBCR and layout.compression != JPEG:
        pixels = _decode_ycbcr(_view(directory, tags | {_ORIENTATION: _shorts(1)}), layout)
        return _copy_header(_open(_view(directory, tags), "none"), pixels)
    if layout.separate and layout.tiled:  # which libvips does not decode
        views = (_view(directory, tags | plane) for plane in _planes(directory, layout))
        first, *rest = (_open(view, fail_on) for view in views)
        return first.bandjoin(rest).copy(interpretation=_interpretation(layout))
    return _open(_view(directory, tags), fail_on)


def _checked(directory: Directory, layout: Layout) -> Tags:
    """Return tags whose values libtiff would warn of, or libvips act on.

    libvips inverts greys of which white is zero, but not if there are other samples, and divides
    by opacity without rounding.
    """
    white_is_zero = layout.photometric == WHITE_IS_ZERO
    tags = {_PHOTOMETRIC: _shorts(BLACK_IS_ZERO if white_is_zero else layout.photometric)}
    tags[339] = _shorts(*[layout.kind] * layout.samples)
    if layout.photometric == YCBCR:
        tags[530] = _shorts(*layout.halved)
    if layout.extra:
        tags[338] = _shorts(*[0] * len(layout.extra))
    orientation = directory.number(_ORIENTATION, 1)
    tags[_ORIENTATION] = _shorts(orientation if 1 <= orientation <= 8 else 1)
    if layout.compression == PLAIN and not layout.tiled and not directory.numbers(SIZES).any():
        tags[SIZES] = LONG, np.array(layout.strip_sizes, np.uint32)  # which old writers leave out
    return tags


def _open(view: bytes, fail_on: str) -> pyvips.Image:
    return pyvips.Image.tiffload_buffer(view, access="sequential", fail_on=fail_on)


def _planes(directory: Directory, layout: Layout) -> Iterator[Tags]:
    """Yield the tags of a grey picture for each plane."""
    grey = {258: _shorts(layout.bits), _PHOTOMETRIC: _shorts(BLACK_IS_ZERO), 277: _shorts(1)}
    grey |= {284: _shorts(1), 339: _shorts(layout.kind)}
    count = layout.blocks // layout.samples
    width = LONG if directory.dialect.width == 4 else LONG8
    for first in range(0, layout.blocks, count):
        blocks = {tag: directory.numbers(tag)[first : first + count] for tag in (324, 325)}
        yield {**grey, **{tag: (width, blocks[tag]) for tag in blocks}}


def _interpretation(layout: Layout) -> str:
    if layout.photometric == CMYK:
        return "cmyk"
    if layout.kind == FLOATING:
        return "scrgb" if layout.colours >= 3 else "b-w"
    names = ("grey16", "rgb16") if layout.bits == 16 else ("b-w", "srgb")
    return names[layout.colours >= 3]


def _shorts(*values: int) -> tuple[int, Numbers]:
    return SHORT, np.array(values, np.uint16)


def _colours(image: pyvips.Image, layout: Layout) -> pyvips.Image:
    """Leave out extra samples; of a palette remains what its entries are."""
    return image if not layout.extra else image.extract_band(0, n=layout.colours)


def _decode_ycbcr(view: bytes, layout: Layout) -> pyvips.Image:
    """Decode with OpenCV, because libvips takes Y, Cb and Cr for R, G and B."""
    try:
        pixels = cv2.imdecode(np.frombuffer(view, np.uint8), cv2.IMREAD_COLOR_RGB)
    except cv2.error as error:
        raise pyvips.Error("the YCbCr data cannot be decoded") from error
    if pixels is None or pixels.shape != (layout.height, layout.width, 3):
        raise pyvips.Error("the YCbCr data cannot be decoded")
    return pyvips.Image.new_from_array(pixels).copy(interpretation="srgb")


def _copy_header(header: pyvips.Image, pixels: pyvips.Image) -> pyvips.Image:
    for name in _CARRIED & set(header.get_fields()):
        pixels.set_type(header.get_typeof(name), name, header.get(name))
    return pixels


def _view(directory: Directory, tags: Tags) -> bytes:
    """Return the file with a single directory, of checked tags.

    Args:
        directory: of the file.
        tags: other values for some of its tags.
    """
    dialect, data = directory.dialect, directory.data
    entries = {entry.tag: entry for entry in reversed(directory.entries) if entry.tag in _NEEDED}
    step = struct.calcsize(dialect.entry)
    rows = {
        tag: data[entry.place : entry.place + step]
        for tag, entry in entries.items()
        if entry.size and (tag not in _OPAQUE or entry.kind in _OPAQUE[tag])
    }
    tail = bytearray()
    for tag, (kind, values) in tags.items():
        head, packed = pack_entry(dialect, tag, kind, values)
        if len(packed) > dialect.width:
            tail += packed
            packed = struct.pack(dialect.place(), len(data) + len(tail) - len(packed))
        rows[tag] = head + packed.ljust(dialect.width, b"\0")
    tail += bytes((len(data) + len(tail)) % 2)
    place = len(data) + len(tail)
    start, end = dialect.first.place, dialect.first.place + dialect.first.width
    return b"".join(
        [
            *(data[:start], struct.pack(dialect.place(), place), data[end:], tail),
            struct.pack(dialect.count, len(rows)),
            *(row for _, row in sorted(rows.items())),
            bytes(dialect.width),
        ]
    )
