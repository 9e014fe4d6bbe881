"""The picture format inside shards."""

import zlib

import cv2
import numpy as np
import numpy.typing as npt

from rr_tasks.photographs.negative import MAX_PIXELS

Bytes = npt.NDArray[np.uint8]
_SIGNATURE = b"\x89PNG\r\n\x1a\n"


def encode_png(image: Bytes) -> bytes:
    """Encode (H, W, 3) sRGB bytes losslessly."""
    _, packed = cv2.imencode(".png", cv2.cvtColor(image, cv2.COLOR_RGB2BGR))
    return bytes(packed)


def decode_png(content: bytes) -> Bytes:
    """Decode a PNG that this project wrote to (H, W, 3) sRGB bytes.

    Raises:
        ValueError: it is not a PNG, or is damaged.
    """
    packed = np.frombuffer(check_png(content), np.uint8)
    image = cv2.imdecode(packed, cv2.IMREAD_COLOR_RGB)
    if image is None:
        raise ValueError("not a readable PNG")
    return np.asarray(image, dtype=np.uint8)


def check_png(content: bytes) -> bytes:
    """Return a PNG if the checksums of its chunks are right (PNG specification, section 5.3).

    One that declares more pixels than any photograph has could fill the memory.

    OpenCV would decode a damaged one in part, and print what is wrong.

    Raises:
        ValueError: it is not a PNG, is damaged, or has too many pixels.
    """
    whole = memoryview(content)
    place = len(_SIGNATURE) if content.startswith(_SIGNATURE) else len(content)
    while place < len(content):
        end = place + 8 + int.from_bytes(whole[place : place + 4])
        chunk = whole[place + 4 : end]
        if zlib.crc32(chunk) != int.from_bytes(whole[end : end + 4]):
            break
        if bytes(chunk[:4]) == b"IHDR":
            _check_size(int.from_bytes(chunk[4:8]), int.from_bytes(chunk[8:12]))
        if bytes(chunk[:4]) == b"IEND":
            return content
        place = end + 4
    raise ValueError("not a readable PNG")


def _check_size(width: int, height: int) -> None:
    if width * height > MAX_PIXELS:
        raise ValueError(f"its {width} x {height} pixels are more than {MAX_PIXELS}")
