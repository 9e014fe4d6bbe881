"""Kernels of blur: motion along a straight, bent or shaky path, defocus, anisotropic gaussian."""

import numpy as np
import numpy.typing as npt

from rr_tasks.degrade.shake import Path

Kernel = npt.NDArray[np.float32]

_OVERSAMPLING = 5


def motion_kernel(length: float, angle_deg: float, bend: float = 0.0) -> Kernel:
    """Trace a point that moves along an arc of the given length (pixels).

    Args:
        length: path length in pixels.
        angle_deg: axis of the chord, counter-clockwise from the horizontal.
        bend: half the angle by which the path turns, in radians; 0 is a straight line.
    """
    steps = np.linspace(-0.5, 0.5, 16 * int(np.ceil(length)) + 1)
    heading = np.deg2rad(angle_deg) + 2 * bend * steps
    pace = length / len(steps)
    x, y = np.cumsum(np.cos(heading)) * pace, -np.cumsum(np.sin(heading)) * pace
    return _splat(x - x.mean(), y - y.mean(), length)


def trace_kernel(path: Path) -> Kernel:
    """Trace a point that spends equal times between neighbouring positions of a path.

    Args:
        path: positions x + iy in pixels, y upwards, around 0.
    """
    finest = max(1, int(np.ceil(4 * np.abs(np.diff(path)).max())))
    times = np.linspace(0.0, len(path) - 1.0, finest * (len(path) - 1) + 1)
    fine = np.interp(times, np.arange(len(path)), path)
    return _splat(fine.real, -fine.imag, 2 * float(np.abs(path).max()))


def disc_kernel(diameter: float) -> Kernel:
    """Draw a uniform disc with soft edges: the defocus of a round aperture."""
    x, y = _grid(diameter)
    fine = (np.hypot(x, y) <= diameter / 2).astype(np.float32)
    return _reduce(fine)


def gaussian_kernel(extent: float, angle_deg: float, anisotropy: float = 1.0) -> Kernel:
    """Draw a gaussian: sigma = extent / 4 along the axis, `anisotropy` times that across it."""
    x, y = _grid(1.5 * extent)
    angle = np.deg2rad(angle_deg)
    along, across = x * np.cos(angle) - y * np.sin(angle), x * np.sin(angle) + y * np.cos(angle)
    sigma = extent / 4
    return _reduce(np.exp(-0.5 * ((along / sigma) ** 2 + (across / (anisotropy * sigma)) ** 2)))


def _radius(extent: float) -> int:
    return int(np.ceil(extent / 2)) + 1


def _grid(extent: float) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    side = (2 * _radius(extent) + 1) * _OVERSAMPLING
    axis = (np.arange(side) - (side - 1) / 2) / _OVERSAMPLING
    x, y = np.meshgrid(axis, axis)
    return x, y


def _reduce(fine: npt.NDArray[np.floating]) -> Kernel:
    side = fine.shape[0] // _OVERSAMPLING
    coarse = fine.reshape(side, _OVERSAMPLING, side, _OVERSAMPLING).sum((1, 3))
    return np.asarray(coarse / coarse.sum(), dtype=np.float32)


def _splat(x: npt.NDArray[np.float64], y: npt.NDArray[np.float64], extent: float) -> Kernel:
    radius = _radius(extent)
    kernel = np.zeros((2 * radius + 1, 2 * radius + 1))
    column, row = np.floor(x).astype(int), np.floor(y).astype(int)
    right, down = x - column, y - row
    for dx, dy, share in (
        (0, 0, (1 - right) * (1 - down)),
        (1, 0, right * (1 - down)),
        (0, 1, (1 - right) * down),
        (1, 1, right * down),
    ):
        np.add.at(kernel, (row + radius + dy, column + radius + dx), share)
    return np.asarray(kernel / kernel.sum(), dtype=np.float32)
