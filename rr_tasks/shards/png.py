"""The picture format inside shards."""

import cv2
import numpy as np
import numpy.typing as npt

Bytes = npt.NDArray[np.uint8]


def encode_png(image: Bytes) -> bytes:
    """Encode (H, W, 3) sRGB bytes losslessly."""
    _, packed = cv2.imencode(".png", cv2.cvtColor(image, cv2.COLOR_RGB2BGR))
    return bytes(packed)


def decode_png(content: bytes) -> Bytes:
    """Decode a PNG that this project wrote to (H, W, 3) sRGB bytes.

    Raises:
        ValueError: it is not a PNG, or is damaged.
    """
    packed = np.frombuffer(content, np.uint8)
    image = cv2.imdecode(packed, cv2.IMREAD_COLOR_RGB) if content else None
    if image is None:
        raise ValueError("not a readable PNG")
    return np.asarray(image, dtype=np.uint8)
