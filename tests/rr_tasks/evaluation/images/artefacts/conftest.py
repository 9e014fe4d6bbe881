"""Clean pictures to which artefacts are added."""

import cv2
import numpy as np
import pytest


@pytest.fixture
def sky():
    """(256, 256, 3): a sky that brightens aslant, with a dark bird in it, and a little grain."""
    down, across = np.mgrid[:256, :256]
    picture = np.repeat((150 + 0.08 * across + 0.11 * down)[..., None], 3, axis=2)
    cv2.circle(picture, (128, 128), 30, (40, 40, 40), -1)
    grain = np.random.default_rng(0).normal(0, 1, picture.shape)
    return to_bytes(picture + grain)


def to_bytes(picture):
    """Round to levels."""
    return np.clip(np.rint(picture), 0, 255).astype(np.uint8)
