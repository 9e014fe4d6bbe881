"""Smooth random fields, which make haze, smoke and showers uneven.

A sum of octaves of smoothed noise, each twice as fine and half as strong as the one before: close
to the k**-5/3 spectrum of a passive scalar in turbulent air (Obukhov 1949, Corrsin 1951).
"""

import cv2
import numpy as np
import numpy.typing as npt

Field = npt.NDArray[np.float32]

WORKING_SIDE = 128
"""Fields hold no finer detail, so they are made at this size and enlarged."""

_COARSEST, _OCTAVES = 3, 4


def draw_clouds(rng: np.random.Generator) -> Field:
    """Draw a field of mean 0 and variance 1, (`WORKING_SIDE`, `WORKING_SIDE`); see `enlarge`."""
    field = np.zeros((WORKING_SIDE, WORKING_SIDE), np.float32)
    for octave in range(_OCTAVES):
        nodes = _COARSEST * 2**octave + 1
        rough = rng.standard_normal((nodes, nodes), dtype=np.float32)
        field += 0.5**octave * cv2.resize(rough, field.shape, interpolation=cv2.INTER_CUBIC)
    return np.asarray((field - field.mean()) / field.std(), dtype=np.float32)


def enlarge(field: Field, shape: tuple[int, int]) -> Field:
    """Resize a field to (height, width)."""
    return np.asarray(cv2.resize(field, shape[::-1], interpolation=cv2.INTER_LINEAR))
