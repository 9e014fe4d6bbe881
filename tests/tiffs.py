"""Makes TIFF files of every kind without the code under test."""

import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

_CODES = {1: "B", 2: "B", 3: "H", 4: "I", 7: "B", 11: "f", 12: "d", 13: "I", 16: "Q", 18: "Q"}


@dataclass
class Page:
    """A picture and its tags.

    Attributes:
        samples: (H, W, C), as they are stored.
        tags: (type, values) by tag, over those that tell of the samples; None leaves one out.
        blocks: encoded strips or tiles, instead of those made of `samples`.
        tile: side of tiles; strips if it is 0.
        rows: of a strip; all of them if it is 0.
        pages: pictures of its SubIFDs.
        exif: (type, values) of a directory of EXIF tags.
    """

    samples: np.ndarray
    tags: dict[int, tuple[int, Any] | None] = field(default_factory=dict)
    blocks: Sequence[bytes] | None = None
    tile: int = 0
    rows: int = 0
    pages: Sequence["Page"] = ()
    exif: dict[int, tuple[int, Any]] | None = None


class _Writer:
    def __init__(self, order: Literal["<", ">"], big: bool) -> None:
        self.order, self.big = order, big
        mark = b"II" if order == "<" else b"MM"
        head = struct.pack(order + "HHHQ", 43, 8, 0, 0) if big else struct.pack(order + "HI", 42, 0)
        self.body = bytearray(mark + head)

    def append(self, content: bytes) -> int:
        self.body += bytes(len(self.body) % 2)
        place = len(self.body)
        self.body += content
        return place

    def directory(self, tags: dict[int, tuple[int, Any]]) -> tuple[int, int]:
        """Append a directory; return its place and that of its link to the next one."""
        rows = b""
        width, place_code = (8, "Q") if self.big else (4, "I")
        for tag, (kind, values) in tags.items():
            packed = values
            if not isinstance(values, bytes):
                packed = struct.pack(f"{self.order}{len(values)}{_CODES[kind]}", *values)
            size = {5: 8, 10: 8}.get(kind) or struct.calcsize(f"={_CODES.get(kind, 'B')}")
            count = len(packed) // size
            if len(packed) > width:
                packed = struct.pack(self.order + place_code, self.append(packed))
            rows += struct.pack(f"{self.order}HH{place_code}", tag, kind, count)
            rows += packed.ljust(width, b"\0")
        head = struct.pack(self.order + ("Q" if self.big else "H"), len(tags))
        place = self.append(head + rows + bytes(width))
        return place, len(self.body) - width

    def page(self, page: Page) -> tuple[int, int]:
        tags: dict[int, Any] = {**_describe(page), **page.tags}
        blocks = page.blocks if page.blocks is not None else _pack(page, tags, self.order)
        places = [self.append(block) for block in blocks]
        offsets, sizes = (324, 325) if page.tile else (273, 279)
        tags = {offsets: (4, places), sizes: (4, [len(block) for block in blocks]), **tags}
        if page.exif is not None:
            tags[34665] = (4, [self.directory(page.exif)[0]])
        if page.pages:
            tags[330] = (4, [self.page(inner)[0] for inner in page.pages])
        kept = {tag: value for tag, value in tags.items() if value is not None}
        return self.directory(dict(sorted(kept.items())))


def tiff(*pages: Page, order: Literal["<", ">"] = "<", big: bool = False) -> bytes:
    """A file of several pictures, whose directories follow one another."""
    writer = _Writer(order, big)
    link = 8 if big else 4
    for page in pages:
        place, following = writer.page(page)
        struct.pack_into(order + ("Q" if big else "I"), writer.body, link, place)
        link = following
    return bytes(writer.body)


def _describe(page: Page) -> dict[int, tuple[int, Any]]:
    height, width, channels = page.samples.shape
    floating = page.samples.dtype.kind == "f"
    tags: dict[int, tuple[int, Any]] = {
        256: (4, [width]),
        257: (4, [height]),
        258: (3, [page.samples.dtype.itemsize * 8] * channels),
        259: (3, [1]),
        262: (3, [2 if channels >= 3 else 1]),
        277: (3, [channels]),
    }
    if channels in (2, 4):
        tags[338] = (3, [2])
    if floating or page.samples.dtype.kind == "i":
        tags[339] = (3, [3 if floating else 2] * channels)
    if page.tile:
        return tags | {322: (4, [page.tile]), 323: (4, [page.tile])}
    return tags | {278: (4, [page.rows or height])}


def _pack(page: Page, tags: dict[int, Any], order: Literal["<", ">"]) -> list[bytes]:
    """Cut samples into blocks, without compression or with deflate and differences."""
    height, width, channels = page.samples.shape
    separate = tags.get(284) == (3, [2])
    tall, wide = (page.tile, page.tile) if page.tile else (page.rows or height, width)
    blocks = []
    for plane in np.split(page.samples, channels if separate else 1, axis=2):
        for y in range(0, height, tall):
            for x in range(0, width, wide):
                block = plane[y : y + tall, x : x + wide]
                if page.tile:
                    missing = [(0, page.tile - side) for side in block.shape[:2]]
                    block = np.pad(block, [*missing, (0, 0)])
                if tags.get(317) == (3, [2]):
                    block = np.diff(block, axis=1, prepend=np.zeros_like(block[:, :1]))
                packed = block.astype(block.dtype.newbyteorder(order)).tobytes()
                blocks.append(zlib.compress(packed) if tags[259] == (3, [8]) else packed)
    return blocks
