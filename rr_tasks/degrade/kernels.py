"""Kernels of blur: motion along a straight, bent or shaky path, defocus, anisotropic gaussian.

Smooth kernels give each pixel the share that falls into it. Hard ones, which most code of the field
draws, know whole pixels only.
"""

import numpy as np
import numpy.typing as npt

from rr_tasks.degrade.shake import Path, main_axis

Kernel = npt.NDArray[np.float32]

_OVERSAMPLING = 5


def motion_kernel(
    length: float, angle_deg: float, bend: float = 0.0, *, hard: bool = False
) -> Kernel:
    """Trace a point that moves along an arc of the given length (pixels).

    Args:
        length: path length in pixels.
        angle_deg: axis of the chord, counter-clockwise from the horizontal.
        bend: half the angle by which the path turns, in radians; 0 is a straight line.
        hard: whether the point is always in one pixel.
    """
    steps = np.linspace(-0.5, 0.5, 16 * int(np.ceil(length)) + 1)
    heading = np.deg2rad(angle_deg) + 2 * bend * steps
    pace = length / len(steps)
    x, y = np.cumsum(np.cos(heading)) * pace, -np.cumsum(np.sin(heading)) * pace
    return _splat(x - x.mean(), y - y.mean(), length, hard=hard)


def trace_kernel(path: Path, *, hard: bool = False) -> Kernel:
    """Trace a point that spends equal times between neighbouring positions of a path.

    Args:
        path: positions x + iy in pixels, y upwards, around 0.
        hard: whether the point is always in one pixel.
    """
    finest = max(1, int(np.ceil(4 * np.abs(np.diff(path)).max())))
    times = np.linspace(0.0, len(path) - 1.0, finest * (len(path) - 1) + 1)
    fine = np.interp(times, np.arange(len(path)), path)
    return _splat(fine.real, -fine.imag, 2 * float(np.abs(path).max()), hard=hard)


def disc_kernel(diameter: float, *, hard: bool = False) -> Kernel:
    """Draw a uniform disc, with soft or `hard` edges: the defocus of a round aperture."""
    oversampling = _oversampling(hard)
    x, y = _grid(diameter, oversampling)
    fine = (np.hypot(x, y) <= diameter / 2).astype(np.float32)
    return _reduce(fine, oversampling)


def gaussian_kernel(
    extent: float, angle_deg: float, anisotropy: float = 1.0, *, hard: bool = False
) -> Kernel:
    """Draw a gaussian: sigma = extent / 4 along the axis, `anisotropy` times that across it.

    A `hard` one is sampled in the middle of each pixel.
    """
    oversampling = _oversampling(hard)
    x, y = _grid(1.5 * extent, oversampling)
    angle = np.deg2rad(angle_deg)
    along, across = x * np.cos(angle) - y * np.sin(angle), x * np.sin(angle) + y * np.cos(angle)
    sigma = extent / 4
    fine = np.exp(-0.5 * ((along / sigma) ** 2 + (across / (anisotropy * sigma)) ** 2))
    return _reduce(fine, oversampling)


def kernel_axis(kernel: Kernel) -> tuple[float, float]:
    """Return the deviation of a kernel along its main axis, in pixels, and that axis in degrees."""
    axis = np.arange(len(kernel)) - len(kernel) // 2
    x, down = np.meshgrid(axis, axis)
    places, weights = (x - 1j * down).ravel(), kernel.ravel().astype(np.float64)
    return main_axis(places - np.average(places, weights=weights), weights)


def _oversampling(hard: bool) -> int:
    return 1 if hard else _OVERSAMPLING


def _radius(extent: float) -> int:
    return int(np.ceil(extent / 2)) + 1


def _grid(
    extent: float, oversampling: int
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    side = (2 * _radius(extent) + 1) * oversampling
    axis = (np.arange(side) - (side - 1) / 2) / oversampling
    x, y = np.meshgrid(axis, axis)
    return x, y


def _reduce(fine: npt.NDArray[np.floating], oversampling: int) -> Kernel:
    side = fine.shape[0] // oversampling
    coarse = fine.reshape(side, oversampling, side, oversampling).sum((1, 3))
    return np.asarray(coarse / coarse.sum(), dtype=np.float32)


def _splat(
    x: npt.NDArray[np.float64], y: npt.NDArray[np.float64], extent: float, *, hard: bool
) -> Kernel:
    radius = _radius(extent)
    kernel = np.zeros((2 * radius + 1, 2 * radius + 1))
    if hard:
        x, y = np.rint(x), np.rint(y)
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
