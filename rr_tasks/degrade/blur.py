"""Blur from the camera, and how to measure it on a sharp photograph and a blurred one.

All kernels (`rr_tasks.degrade.kernels`) are convolved in linear light, where light adds up. The
extent is the path length, the disc's diameter, or four standard deviations, which look about
equally soft; for a shaky path it is the length of the straight line of the same spread.

Measured on a pair, the transfer of the blur is the ratio of two spectra, cross over own, each
averaged over blocks of the photograph (Welch 1967), so that noise cancels. For any point spread
with covariance S, log |transfer| = -w' S w / 2 at low frequencies w, so a least-squares fit there
gives S whatever the shape of the spread. A spread that is much longer than wide is motion, sqrt(12)
deviations long; any other is called gaussian, four deviations wide. Where the blur varies over the
photograph, as behind a moving camera or object, the result describes its mean.
"""

import math
from collections.abc import Mapping
from itertools import product
from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt
from typing_extensions import override

from rr_tasks.degrade.color import Linear, Values
from rr_tasks.degrade.convolution import spread
from rr_tasks.degrade.kernels import (
    Kernel,
    disc_kernel,
    gaussian_kernel,
    kernel_axis,
    motion_kernel,
    trace_kernel,
)
from rr_tasks.degrade.measures import present_severity, severity_deviation, unexplained_share
from rr_tasks.degrade.physics import FindDepth, Measured, Pair, Physics, scale_severity
from rr_tasks.degrade.point_spread import dilute_kernel, draw_kernel, stretch_kernel
from rr_tasks.degrade.published import published_disc, published_motion
from rr_tasks.degrade.shake import main_axis, shake_path
from schemas.prior.blur import BLUR_KINDS, Blur, BlurKind, BlurParameters
from schemas.prior.light import Light
from schemas.ranges import BlurRecipe

Spectrum = npt.NDArray[np.float64]

SHARP_EXTENT = 0.002
BLURRED_EXTENT = 0.04

DEVIATIONS: Mapping[BlurKind, float] = {"motion": 12**0.5, "defocus": 4.0, "gaussian": 4.0}
"""The extent of each kind in standard deviations along the main axis."""

_MOVING = 0.5  # of the photographs that are blurred as published; the others are out of focus

_LARGEST_BLOCK = 256
_BLOCKS_PER_SIDE = 3  # more of them average noise out, larger ones see wider spreads
_LEAST_COHERENCE = 0.5  # below, noise makes most of a spectrum
_LEAST_TRANSFER = 0.4  # below, the next order of the expansion counts, and noise does
_LEAST_EXTENT_PX = 0.5
_MOTION = 0.5  # of a deviation across to one along
# Two shapes of the same covariance differ as much in what counts as their extent.
_SHAPE_DOUBT = 0.15


def blur_severity(extent_px: float, short_side_px: int) -> float:
    """Return the severity of a blur whose point spread is `extent_px` long."""
    share = extent_px / short_side_px
    return scale_severity((share - SHARP_EXTENT) / (BLURRED_EXTENT - SHARP_EXTENT))


def blur_extent(severity: float, short_side_px: int) -> float:
    """Return the extent in pixels of a blur of this severity."""
    return short_side_px * (SHARP_EXTENT + (BLURRED_EXTENT - SHARP_EXTENT) * severity / 100)


class BlurPhysics(Physics[BlurParameters, BlurRecipe]):
    """Convolution with one kernel."""

    finding = Blur
    ranges = BlurRecipe

    @override
    def severity(self, parameters: BlurParameters, short_side_px: int) -> float:
        return blur_severity(parameters.extent_px, short_side_px)

    @override
    def at_severity(
        self, parameters: BlurParameters, severity: float, short_side_px: int
    ) -> BlurParameters:
        extent = blur_extent(severity, short_side_px)
        return _widen(parameters, extent / parameters.extent_px)

    @override
    def add(
        self,
        image: Values,
        severity: float,
        ranges: BlurRecipe,
        rng: np.random.Generator,
        find_depth: FindDepth,
        *,
        light: Light,
    ) -> tuple[Values, BlurParameters]:
        if ranges.published is None:
            drawn = _draw(blur_extent(severity, min(image.shape[:2])), ranges, rng)
        else:
            drawn = _draw_published(severity, rng)
        parameters = BlurParameters(
            kind=drawn.kind,
            extent_px=drawn.extent,
            angle_deg=drawn.angle_deg,
            light=light,
            kernel=draw_kernel(drawn.kernel),
        )
        return spread(image, drawn.kernel), parameters

    @override
    def dilute(self, parameters: BlurParameters, share: float) -> BlurParameters:
        # (1 - share) delta + share k has a second moment `share` times as large.
        extent = math.sqrt(share) * parameters.extent_px
        kernel = parameters.kernel and dilute_kernel(parameters.kernel, share)
        return parameters.model_copy(update={"extent_px": extent, "kernel": kernel})

    @override
    def measure(self, pair: Pair) -> Measured[BlurParameters]:
        across, along, angle = _deviations(pair.before, pair.after)
        kind: BlurKind = "motion" if across < _MOTION * along else "gaussian"
        extent = DEVIATIONS[kind] * along
        softened = pair.before
        if along > 0.1:
            kernel = gaussian_kernel(4 * along, angle, max(0.1, across / along))
            softened = np.asarray(spread(pair.before, kernel), np.float32)
        severity = present_severity(blur_severity(extent, pair.short_side_px))
        left = unexplained_share(pair.before, softened, pair.after)
        finding = Blur(
            present=True,
            severity=severity,
            parameters=BlurParameters(
                kind=kind,
                extent_px=max(_LEAST_EXTENT_PX, extent),
                angle_deg=angle,
                light=pair.light,
            ),
            probability=1.0,
            severity_std=severity_deviation(severity, _SHAPE_DOUBT, left),
        )
        return Measured(finding, softened)


class _Drawn(NamedTuple):
    kind: BlurKind
    kernel: Kernel
    extent: float
    angle_deg: float


def _draw(extent: float, ranges: BlurRecipe, rng: np.random.Generator) -> _Drawn:
    kind = BLUR_KINDS[int(rng.integers(len(BLUR_KINDS)))]
    angle = 0.0 if kind == "defocus" else float(rng.uniform(0.0, 180.0))
    hard = ranges.hard is not None and rng.random() < ranges.hard
    if kind == "motion" and ranges.shake and rng.random() < ranges.shake.probability:
        path = shake_path(extent, ranges.shake, rng)
        kernel, angle = trace_kernel(path, hard=hard), main_axis(path)[1]
    elif kind == "motion":
        kernel = motion_kernel(extent, angle, ranges.curvature.draw(rng), hard=hard)
    elif kind == "defocus":
        kernel = disc_kernel(extent, hard=hard)
    else:
        kernel = gaussian_kernel(extent, angle, ranges.anisotropy.draw(rng), hard=hard)
    # Whole pixels are not exactly as wide as asked for.
    return _Drawn(kind, kernel, _extent(kind, kernel) if hard else extent, angle)


def _draw_published(severity: float, rng: np.random.Generator) -> _Drawn:
    if rng.random() < _MOVING:
        angle = float(rng.uniform(0.0, 360.0))
        kernel = published_motion(severity, angle)
        return _Drawn("motion", kernel, _extent("motion", kernel), angle % 180.0)
    kernel = published_disc(severity)
    return _Drawn("defocus", kernel, _extent("defocus", kernel), 0.0)


def _extent(kind: BlurKind, kernel: Kernel) -> float:
    """Return the extent of a kernel of whole pixels, in pixels."""
    return max(_LEAST_EXTENT_PX, DEVIATIONS[kind] * kernel_axis(kernel)[0])


def _widen(parameters: BlurParameters, factor: float) -> BlurParameters:
    kernel = parameters.kernel and stretch_kernel(parameters.kernel, factor)
    extent = factor * parameters.extent_px
    return parameters.model_copy(update={"extent_px": extent, "kernel": kernel})


def _deviations(sharp: Linear, blurred: Linear) -> tuple[float, float, float]:
    """Measure pixels across and along the longest axis, and its angle in degrees."""
    transfer, x, y = _transfer(sharp, blurred)
    low = _keep_around_zero(transfer > _LEAST_TRANSFER)
    if low.sum() < 6:
        return 0.0, 0.0, 0.0
    weight = transfer[low]  # an error of the transfer counts less in a large logarithm
    terms = -0.5 * np.stack([x**2, 2 * x * y, y**2], axis=-1)[low]
    target = np.log(np.minimum(transfer[low], 1.0))
    xx, xy, yy = np.linalg.lstsq(terms * weight[:, None], target * weight, rcond=None)[0]
    squares, axes = np.linalg.eigh(np.array([[xx, xy], [xy, yy]]))
    across, along = np.sqrt(np.maximum(squares, 0.0))
    return float(across), float(along), float(np.rad2deg(np.arctan2(-axes[1, 1], axes[0, 1])) % 180)


def _transfer(sharp: Linear, blurred: Linear) -> tuple[Spectrum, Spectrum, Spectrum]:
    """Estimate the magnitude of the transfer, 0 where noise hides it, at its frequencies."""
    side = max(2, min(_LARGEST_BLOCK, min(sharp.shape[:2]) // _BLOCKS_PER_SIDE))
    window = np.outer(np.hanning(side), np.hanning(side))[..., None]
    shape = side, side // 2 + 1
    cross, own, other = np.zeros(shape, np.complex128), np.zeros(shape), np.zeros(shape)
    for top, left in product(*(_starts(length, side) for length in sharp.shape[:2])):
        block = slice(top, top + side), slice(left, left + side)
        before, after = (
            np.fft.rfft2((part - part.mean((0, 1))) * window, axes=(0, 1))
            for part in (sharp[block], blurred[block])
        )
        cross += (before.conj() * after).sum(2)
        own += (np.abs(before) ** 2).sum(2)
        other += (np.abs(after) ** 2).sum(2)
    tiny = np.finfo(float).tiny
    transfer = np.abs(cross) / np.maximum(own, tiny)
    transfer[np.abs(cross) ** 2 < _LEAST_COHERENCE * own * other] = 0.0
    y, x = np.meshgrid(np.fft.fftfreq(side), np.fft.rfftfreq(side), indexing="ij")
    turn = 2 * np.pi
    return transfer, turn * x, turn * y


def _starts(length: int, side: int) -> range:
    return range(0, length - side + 1, max(1, side // 2))


def _keep_around_zero(low: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Keep the frequencies connected to zero; beyond them, a transfer rises again."""
    centred = np.fft.fftshift(low, axes=0)
    centred[len(low) // 2, 0] = True
    _, labels = cv2.connectedComponents(centred.astype(np.uint8), connectivity=4)
    near = labels == labels[len(low) // 2, 0]
    near[len(low) // 2, 0] = False
    return np.asarray(np.fft.ifftshift(near, axes=0))
