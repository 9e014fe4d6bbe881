"""Packs pixels into the strips or tiles of a TIFF file."""

from collections.abc import Iterator
from itertools import groupby, islice
from typing import Any

import cv2
import numpy as np
import pyvips

from rr_tasks.photographs.formats.directory import Dialect, Order, read_directory
from rr_tasks.photographs.formats.tiff.layout import (
    DEFLATE,
    JPEG,
    LZW,
    PACKBITS,
    PLAIN,
    PREDICTED,
    YCBCR,
    Layout,
)
from rr_tasks.photographs.pixels import Bytes, Samples

_QUALITY = 95
_BATCH = 2**24
"""Bytes to compress at a time."""
_NAMES = {LZW: "lzw", DEFLATE: "deflate", PACKBITS: "packbits"}
_SAMPLING = {
    (1, 1): cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444,
    (2, 1): cv2.IMWRITE_JPEG_SAMPLING_FACTOR_422,
    (1, 2): cv2.IMWRITE_JPEG_SAMPLING_FACTOR_440,
    (2, 2): cv2.IMWRITE_JPEG_SAMPLING_FACTOR_420,
    (4, 1): cv2.IMWRITE_JPEG_SAMPLING_FACTOR_411,
}


def pack_blocks(samples: Samples, form: Layout, order: Order) -> Iterator[bytes]:
    """Cut pixels into blocks and compress each.

    Args:
        samples: (H, W, C), all samples as they are stored, but RGB of what becomes YCbCr.
        form: of the blocks.
        order: of the bytes of a sample.

    Yields:
        The blocks, plane by plane and row by row.

    Raises:
        pyvips.Error: they cannot be compressed.
    """
    kind = samples.dtype.newbyteorder(order)
    for first in range(0, form.samples, form.packed):
        blocks = _cut(samples[..., first : first + form.packed], form)
        if form.compression == JPEG:
            yield from (_to_jpeg(block, form) for block in blocks)
        elif form.compression == PLAIN:
            yield from (block.astype(kind).tobytes() for block in blocks)
        else:
            while batch := list(islice(blocks, max(1, _BATCH // (form.row * form.block[0])))):
                for height, alike in groupby(batch, len):
                    yield from _compress([_to_rows(b, form, kind) for b in alike], height, form)


def _cut(plane: Samples, form: Layout) -> Iterator[Samples]:
    height, width = form.block
    for y in range(0, form.height, height):
        for x in range(0, form.width, width):
            block = plane[y : y + height, x : x + width]
            yield np.ascontiguousarray(_fill(block, form) if form.tiled else block)


def _fill(block: Samples, form: Layout) -> Samples:
    """Repeat the edge of a tile that the picture does not fill."""
    missing = [(0, size - has) for size, has in zip(form.block, block.shape, strict=False)]
    return np.pad(block, [*missing, (0, 0)], mode="edge")


def _to_rows(block: Samples, form: Layout, kind: np.dtype[Any]) -> Bytes:
    """Return the rows of bytes that are compressed.

    Where the form allows it, each sample is replaced by its difference from that to its left, which
    compresses better.
    """
    if form.compression in PREDICTED:
        block = np.diff(block, axis=1, prepend=block.dtype.type(0))
    return block.astype(kind).view(np.uint8).reshape(len(block), -1)


def _compress(blocks: list[Bytes], height: int, form: Layout) -> list[bytes]:
    """Compress blocks of so many rows of bytes.

    libtiff does it, as if they were the strips of a grey picture; to it, they have no byte order.
    One row more is behind them, because libvips leaves out a last strip of one row behind strips
    of odd heights.
    """
    rows = np.concatenate([*blocks, blocks[-1][-1:]])
    encoded: bytes = pyvips.Image.new_from_array(rows[..., None]).tiffsave_buffer(
        compression=_NAMES[form.compression],
        predictor="none",
        tile_height=height,
        bigtiff=True,
        keep="none",
    )
    dialect = Dialect.of(encoded)
    directory = None if dialect is None else read_directory(encoded, dialect, dialect.first)
    if directory is None:
        raise pyvips.Error("libtiff wrote no TIFF")
    places, sizes = (directory.numbers(tag)[: len(blocks)].tolist() for tag in (273, 279))
    return [encoded[at : at + size] for at, size in zip(places, sizes, strict=True)]


def _to_jpeg(block: Samples, form: Layout) -> bytes:
    options = [cv2.IMWRITE_JPEG_QUALITY, _QUALITY]
    if form.photometric == YCBCR:
        options += [cv2.IMWRITE_JPEG_SAMPLING_FACTOR, _SAMPLING[form.halved]]
        block = cv2.cvtColor(block, cv2.COLOR_RGB2BGR)
    done, encoded = cv2.imencode(".jpg", block, options)
    if not done:
        raise pyvips.Error("OpenCV wrote no JPEG")
    return encoded.tobytes()
