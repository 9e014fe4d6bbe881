"""How much haze lies between a clean photograph and its hazy partner, by least squares.

I = J t + A (1 - t), all in linear light, with t constant over a block of 16 pixels. Where the
airlight is not known, the line through the points (J, I) of each block has the slope t and meets
the axis at A (1 - t); A is fitted to the meeting points of all blocks. Then t follows block by
block. Data sets that mix in coded values instead of linear light are not described exactly; what is
left unexplained says so.
"""

import cv2
import numpy as np
import numpy.typing as npt

from rr_tasks.degrade.color import Linear, decode, encode
from rr_tasks.degrade.severity import OPAQUE_HAZE, haze_severity
from rr_tasks.ingest.finding import (
    Explained,
    present_severity,
    severity_deviation,
    unexplained_share,
)
from schemas.prior.current import Haze, HazeParameters

Field = npt.NDArray[np.float32]
Colour = npt.NDArray[np.float64]

_BLOCK = 16
_TELLING = 1e-3  # mean square distance to the airlight below which a block tells nothing of t
_TEXTURED = 1e-4  # variance below which a block tells nothing of A
_STREAK_PX = 11
_FAR_SHARE = 0.02
_LEAST_TRANSMISSION = 0.01
_NO_IDEA, _NO_IDEA_DEVIATION = 0.5, 12**-0.5  # of anything between 0 and 1


def measure_haze(
    clean: Linear, hazy: Linear, light: float | None, *, raining: bool = False
) -> Explained[Haze]:
    """Estimate the haze of a pair.

    Args:
        clean: J, (H, W, 3), 0-1.
        hazy: I, likewise.
        light: brightness of a grey airlight, sRGB-coded, where it is known.
        raining: whether there are streaks too, which are to be overlooked.
    """
    j, i = (_without_streaks(clean), _without_streaks(hazy)) if raining else (clean, hazy)
    airlight = _airlight(j, i) if light is None else decode(np.full(3, light))
    transmission, known = _transmission(j, i, airlight)
    mean = float(transmission.mean())
    whole = cv2.resize(transmission, clean.shape[1::-1], interpolation=cv2.INTER_LINEAR)[..., None]
    veiled = clean * whole + airlight.astype(np.float32) * (1 - whole)
    severity = present_severity(haze_severity(mean))
    # Where blocks cannot tell, t may be anything between 0 and 1.
    blind = (1 - known) * _NO_IDEA_DEVIATION * 100 / OPAQUE_HAZE / severity
    far = max(_LEAST_TRANSMISSION, float(np.quantile(transmission, _FAR_SHARE)))
    red, green, blue = (float(channel) for channel in np.clip(encode(airlight), 0.0, 1.0))
    finding = Haze(
        present=True,
        severity=severity,
        parameters=HazeParameters(
            atmospheric_light=(red, green, blue), transmission=mean, beta=-float(np.log(far))
        ),
        probability=1.0,
        severity_std=severity_deviation(severity, blind, unexplained_share(clean, veiled, hazy)),
    )
    return Explained(finding, veiled)


def _without_streaks(image: Linear) -> Linear:
    """Open across the fall of rain: what is bright and narrow goes.

    An opening commutes with I = J t + A (1 - t) wherever t is constant, so the same of both
    photographs still obeys it.
    """
    return np.asarray(cv2.morphologyEx(image, cv2.MORPH_OPEN, np.ones((1, _STREAK_PX), np.uint8)))


def _airlight(clean: Linear, hazy: Linear) -> Colour:
    j, i = _means(clean), _means(hazy)
    variance = (_means(clean * clean) - j * j).sum(2)
    covariance = (_means(clean * hazy) - j * i).sum(2)
    slope = np.clip(covariance / np.maximum(variance, _TEXTURED), 0.0, 1.0)
    meeting = i - slope[..., None] * j
    weight = (np.where(variance > _TEXTURED, variance, 0.0) * (1 - slope))[..., None]
    scale = (weight * (1 - slope[..., None])).sum()
    if scale <= 0:  # no texture at all, or no haze at all: any airlight explains it
        return np.ones(3)
    mean = (weight * meeting).sum((0, 1), dtype=np.float64) / scale
    return np.asarray(np.clip(mean, 0.0, 1.0))


def _transmission(clean: Linear, hazy: Linear, airlight: Colour) -> tuple[Field, float]:
    """(H, W) / `_BLOCK`, 0-1, and the share of blocks that tell theirs; the others get the mean."""
    light = airlight.astype(np.float32)
    veiled = _means(((hazy - light) * (clean - light)).sum(2))
    bare = _means(((clean - light) ** 2).sum(2))
    telling = bare > _TELLING
    transmission = np.clip(veiled / np.maximum(bare, _TELLING), 0.0, 1.0).astype(np.float32)
    transmission[~telling] = transmission[telling].mean() if telling.any() else _NO_IDEA
    return transmission, float(telling.mean())


def _means(image: Linear) -> Field:
    height, width = (max(1, round(length / _BLOCK)) for length in image.shape[:2])
    return np.asarray(cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA))
