"""NIQE: how far the statistics of a photograph are from those of good ones, without a reference.

The measure of A. Mittal, R. Soundararajan and A. C. Bovik, Making a "completely blind" image
quality analyzer, IEEE Signal Processing Letters 20(3), 2013, with the parameters that they
published (`niqe.json` names their source). The variant is the usual one: Y of BT.601, rounded, and
all blocks of 96 x 96 pixels without overlap.
"""

import json
import math
from functools import cache
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

from rr_tasks.evaluation.images.luma import to_y
from rr_tasks.photographs.pixels import Bytes

Plane = npt.NDArray[np.float64]
Vector = npt.NDArray[np.float64]

_BLOCK = 96
_SCALES = (1, 2)
_WINDOW_PX, _WINDOW_SIGMA = 7, 7 / 6
_NEIGHBOURS = ((0, 1), (1, 0), (1, 1), (1, -1))
_LEAST_BLOCKS = 2  # a covariance needs two
_SHAPES = np.arange(0.2, 10.001, 0.001)


def measure_niqe(image: Bytes) -> float | None:
    """Compute the NIQE of (H, W, 3) sRGB bytes: 0 is natural, and larger is worse.

    Returns:
        The score, usually 2 to 20; None if fewer than two blocks of 96 x 96 pixels have texture.
    """
    plane = np.rint(to_y(image)).astype(np.float64)
    high, wide = (length // _BLOCK for length in plane.shape)
    plane = plane[: high * _BLOCK, : wide * _BLOCK]
    if high * wide < _LEAST_BLOCKS:
        return None
    features = np.hstack([_describe_blocks(_scale(plane, scale), scale) for scale in _SCALES])
    complete = features[~np.isnan(features).any(axis=1)]
    if len(complete) < _LEAST_BLOCKS:
        return None
    mean, covariance = _pristine()
    off = np.nanmean(features, axis=0) - mean
    spread = (covariance + np.cov(complete, rowvar=False)) / 2
    return float(np.sqrt(off @ np.linalg.pinv(spread) @ off))


@cache
def _pristine() -> tuple[Vector, Plane]:
    """Read mean (36,) and covariance (36, 36) of the features of good photographs."""
    published = json.loads(Path(__file__).with_suffix(".json").read_text(encoding="utf-8"))
    return np.array(published["mean"]), np.array(published["covariance"])


def _scale(plane: Plane, scale: int) -> Plane:
    if scale == 1:
        return plane
    picture = Image.fromarray(plane.astype(np.float32))
    size = (picture.width // scale, picture.height // scale)
    return np.asarray(picture.resize(size, Image.Resampling.BICUBIC), np.float64)


def _describe_blocks(plane: Plane, scale: int) -> Plane:
    """Return the 18 features of each block, (blocks, 18)."""
    window = (_WINDOW_PX, _WINDOW_PX)
    mean, square = (
        cv2.GaussianBlur(values, window, _WINDOW_SIGMA, borderType=cv2.BORDER_REPLICATE)
        for values in (plane, plane * plane)
    )
    normal = (plane - mean) / (np.sqrt(np.abs(square - mean * mean)) + 1)
    side = _BLOCK // scale
    rows = (normal[top : top + side] for top in range(0, len(normal), side))
    return np.array(
        [
            _describe(row[:, left : left + side])
            for row in rows
            for left in range(0, normal.shape[1], side)
        ]
    )


def _describe(block: Plane) -> list[float]:
    """Fit the values of a block, and their products with those of four neighbours."""
    shape, left, right = _fit(block)
    features = [shape, (left + right) / 2]
    for step in _NEIGHBOURS:
        shape, left, right = _fit(block * np.roll(block, step, axis=(0, 1)))
        mean = (right - left) * math.gamma(2 / shape) / math.gamma(1 / shape)
        features += [shape, mean, left, right]
    return features


def _fit(values: Plane) -> tuple[float, float, float]:
    """Fit an asymmetric generalised gaussian by moments: its shape, left and right scale.

    See N. Lasmar, Y. Stitou and Y. Berthoumieu, Multiscale skewed heavy tailed model for texture
    analysis, 2009. Scales are NaN where no value lies on a side.
    """
    below, above = values[values < 0], values[values > 0]
    if not len(below) or not len(above):
        return 1.0, math.nan, math.nan
    left, right = math.sqrt(np.mean(below**2)), math.sqrt(np.mean(above**2))
    ratio = left / right
    moment = np.mean(np.abs(values)) ** 2 / np.mean(values**2)
    moment *= (ratio**3 + 1) * (ratio + 1) / (ratio**2 + 1) ** 2
    shape = float(_SHAPES[np.argmin((_moments() - moment) ** 2)])
    scale = math.sqrt(math.gamma(1 / shape) / math.gamma(3 / shape))
    return shape, left * scale, right * scale


@cache
def _moments() -> Vector:
    """Return the moment that each of `_SHAPES` has."""
    return np.array(
        [math.gamma(2 / one) ** 2 / (math.gamma(1 / one) * math.gamma(3 / one)) for one in _SHAPES]
    )
