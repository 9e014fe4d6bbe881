"""Transmission through haze: fitted to a mean, and as the coarse map that a prior holds."""

import cv2
import numpy as np
import numpy.typing as npt

from rr_tasks.degrade.color import Values
from rr_tasks.degrade.depth import Depth
from schemas.prior.transmission_map import MAP_SIDE, TransmissionMap

_NEAREST = 0.15
# The error after a step is about the square of the step, relative to beta.
_MOST_STEPS, _SMALL_STEP = 40, 1e-4
# Cells of a map that are clear, or hide all, could not be changed by any power.
_LEAST, _MOST = 1e-3, 1 - 1e-3


def scatter(depth: Depth, mean_transmission: float) -> tuple[float, Depth]:
    """Find beta such that exp(-beta d) has the given mean, and return it with the transmission.

    The nearest point also lies at some distance, so that even the foreground is veiled.
    """
    return fade(distance(depth), mean_transmission)


def distance(depth: Depth) -> Depth:
    """Return the distance d of each pixel, of which the nearest is 0.15 and the farthest 1."""
    return np.asarray(_NEAREST + (1 - _NEAREST) * depth, dtype=np.float32)


def fade(path: Depth, mean_transmission: float) -> tuple[float, Depth]:
    """Find beta such that exp(-beta path) has the given mean, and return it with the transmission.

    Args:
        path: (H, W), how much air lies in front of each pixel.
        mean_transmission: above 0, up to 1.
    """
    beta = _fit(path[::4, ::4].astype(np.float64), mean_transmission)
    return beta, np.asarray(cv2.exp(-np.float32(beta) * path), np.float32)


def draw_map(transmission: Values) -> TransmissionMap:
    """Return the means over the cells of a transmission, (H, W)."""
    if min(transmission.shape) < MAP_SIDE:  # or cells would lie between pixels
        transmission = np.kron(transmission, np.ones((MAP_SIDE, MAP_SIDE), np.float32))
    cells = cv2.resize(transmission, (MAP_SIDE, MAP_SIDE), interpolation=cv2.INTER_AREA)
    return _as_map(np.asarray(cells, np.float64))


def fade_map(transmission: TransmissionMap, mean: float) -> tuple[float, TransmissionMap]:
    """Change the mean of a map as a change of beta does: every cell by the same power.

    Args:
        transmission: any map.
        mean: the wanted one, above 0, up to 1.

    Returns:
        The power, by which beta grows, and the map.
    """
    path = -np.log(np.clip(np.array(transmission.rows), _LEAST, _MOST))
    power = _fit(path, mean)
    return power, _as_map(np.exp(-power * path))


def dilute_map(transmission: TransmissionMap, share: float) -> TransmissionMap:
    """Return the map after a blend of the hazy photograph (`share`) with the clean one."""
    return _as_map(1 - share * (1 - np.array(transmission.rows)))


def _fit(path: npt.NDArray[np.float64], mean_transmission: float) -> float:
    beta = -np.log(mean_transmission) / float(path.mean())
    # Newton on log mean(exp(-beta d)), which is convex and smooth: it never overshoots.
    for _ in range(_MOST_STEPS):
        fading = np.exp(-beta * path)
        mean = fading.mean()
        step = mean / (fading * path).mean() * np.log(mean / mean_transmission)
        beta += step
        if abs(step) < _SMALL_STEP * beta:
            break
    return float(beta)


def _as_map(cells: npt.NDArray[np.float64]) -> TransmissionMap:
    return TransmissionMap(rows=tuple(map(tuple, np.clip(cells, 0.0, 1.0).tolist())))
