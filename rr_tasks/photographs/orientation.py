"""EXIF orientation: from the rows a file stores to those a viewer displays, and back."""

import cv2

from rr_tasks.photographs.pixels import Samples


def turn_upright(samples: Samples, orientation: int) -> Samples:
    """Turn (H, W, C) samples from the stored to the displayed orientation.

    Args:
        samples: as the file stores them.
        orientation: the EXIF value, 1-8.
    """
    turned = samples
    if orientation >= 5:
        turned = cv2.transpose(turned)
    if orientation in (3, 7):
        turned = cv2.flip(turned, -1)
    elif orientation in (4, 8):
        turned = cv2.flip(turned, 0)
    elif orientation in (2, 6):
        turned = cv2.flip(turned, 1)
    # OpenCV drops the axis of a single channel.
    return turned.reshape(*turned.shape[:2], samples.shape[2])


def turn_back(samples: Samples, orientation: int) -> Samples:
    """Undo `turn_upright`."""
    return turn_upright(samples, {6: 8, 8: 6}.get(orientation, orientation))
