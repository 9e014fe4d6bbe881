"""Pictures for people to look at, as small files."""

import cv2

from rr_tasks.photographs.pixels import Bytes


def encode_picture(image: Bytes, quality: int) -> bytes:
    """Encode (H, W, 3) sRGB bytes as a JPEG of this quality, 0-100."""
    swapped = cv2.cvtColor(image, cv2.COLOR_RGB2BGR)
    return bytes(cv2.imencode(".jpg", swapped, [cv2.IMWRITE_JPEG_QUALITY, quality])[1])
