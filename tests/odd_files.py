"""Files that nobody expects among photographs, as people's folders have them."""

import os
import socket
import struct
import zlib
from contextlib import chdir
from pathlib import Path

import cv2
import numpy as np

LATIN_1 = os.fsdecode(b"caf\xe9.png")


def packed(suffix: str, side: int = 64, seed: int = 1) -> bytes:
    """Noise in a format."""
    image = np.random.default_rng(seed).integers(0, 256, (side, side, 3), np.uint8)
    return cv2.imencode(suffix, image)[1].tobytes()


def huge_png(side: int = 100_000) -> bytes:
    """A few bytes that claim a square of so many pixels on a side."""
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(b"")), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in chunks
    )


def _broken() -> dict[str, bytes]:
    bmp = packed(".bmp")
    return {
        "empty.jpg": b"",
        "page.jpg": b"<!DOCTYPE html><html>Not found</html>",
        "cut.jpg": packed(".jpg")[:1500],
        "cut.png": packed(".png")[:1500],
        "cut.webp": packed(".webp")[:900],
        "cut.tiff": packed(".tiff")[:1500],
        "cut.bmp": bmp[:1500],
        "claims.bmp": bmp[:18] + struct.pack("<ii", 60_000, 60_000) + bmp[26:],
        "claims.png": huge_png(),
        "flipped.png": bytes(byte ^ (place == 200) for place, byte in enumerate(packed(".png"))),
        "tiny.png": packed(".png", 1),
        "two\nlines.png": b"",
        "\x1b[31mred::a%20b?c#d=[e].png": b"",
        os.fsdecode(b"caf\xe9-empty.jpg"): b"",
    }


_LINKS = {
    "gone.jpg": "nowhere.jpg",
    "loop.jpg": "loop.jpg",
    "inside.jpg": "empty.jpg/x.jpg",
    "endless.jpg": "/dev/zero",
    "to_pipe.jpg": "pipe.jpg",
}
_REASONS = {
    "gone.jpg": "the file is gone, or is a link that leads nowhere",
    "loop.jpg": "Too many levels of symbolic links",
    "inside.jpg": "Not a directory",
    "endless.jpg": "a device, not a file",
    "to_pipe.jpg": "a pipe, not a file",
    "pipe.jpg": "a pipe, not a file",
    "socket.jpg": "a socket, not a file",
    "sparse.tiff": "bytes are more than a photograph of",
    "empty.jpg": "the file is empty",
    "page.jpg": "the file is an HTML page",
    "cut.jpg": "the JPEG data is truncated",
    "claims.png": "are more than the limit",
    "tiny.png": "too small",
}


def make_odd_files(folder: Path) -> dict[str, str]:
    """Make them in a folder; `LATIN_1` and a folder that is named like a photograph are sound.

    Returns:
        What its row must say about each that cannot be used, by its name.
    """
    broken = _broken()
    for name, content in broken.items():
        (folder / name).write_bytes(content)
    (folder / LATIN_1).write_bytes(packed(".png"))
    for name, target in _LINKS.items():
        (folder / name).symlink_to(target)
    os.mkfifo(folder / "pipe.jpg")
    with chdir(folder), socket.socket(socket.AF_UNIX) as unix:  # its whole path is too long
        unix.bind("socket.jpg")
    with (folder / "sparse.tiff").open("wb") as sparse:
        sparse.truncate(2**40)
    (folder / "folder.jpg").mkdir()
    (folder / "around.jpg").symlink_to(".")
    names = [*broken, *_LINKS, "pipe.jpg", "socket.jpg", "sparse.tiff"]
    return {name: _REASONS.get(name, "") for name in names}
