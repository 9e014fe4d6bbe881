"""Pictures as data URIs, so that a page is a single file."""

from base64 import b64encode

import cv2
import numpy as np
import numpy.typing as npt

from rr_tasks.photographs.picture import encode_picture
from rr_tasks.photographs.pixels import Bytes

SIDE = 320
"""The most pixels along a side of a photograph."""

_MEDIA = {"jpg": "jpeg", "jpeg": "jpeg", "png": "png", "webp": "webp", "svg": "svg+xml"}
_QUALITY = 82


def write_photograph(image: Bytes, side: int = SIDE) -> str:
    """Shrink a photograph, (H, W, 3), to at most `side` pixels a side and write it as JPEG."""
    scale = min(1.0, side / max(image.shape[:2]))
    size = [max(1, round(scale * length)) for length in (image.shape[1], image.shape[0])]
    shrunk = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    return write_picture(encode_picture(np.asarray(shrunk, np.uint8), _QUALITY), "jpg")


def shrink_picture(content: bytes, side: int = SIDE) -> str:
    """Shrink the content of a picture file likewise."""
    decoded = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR_RGB)
    return write_photograph(np.asarray(decoded, np.uint8), side)


def write_picture(content: bytes, name: str) -> str:
    """Write the content of a picture file, whose name ends in its format: jpg, png, webp or svg."""
    kind = _MEDIA[name.rpartition(".")[2].lower()]
    return f"data:image/{kind};base64,{b64encode(content).decode()}"


def write_greys(values: npt.NDArray[np.float64]) -> str:
    """Write values, (H, W), of which 0 is black and 1 white, as PNG with a pixel for each."""
    _, png = cv2.imencode(".png", np.rint(255 * values).astype(np.uint8))
    return f"data:image/png;base64,{b64encode(bytes(png)).decode()}"
