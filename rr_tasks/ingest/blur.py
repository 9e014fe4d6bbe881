"""How far blur spreads light between a sharp photograph and its blurred partner.

The transfer of the blur is the ratio of two spectra, cross over own, each the mean over blocks of
the photograph (Welch 1967), in which noise averages out. Of any point spread with covariance S,
log |transfer| = -w' S w / 2 at low frequencies w, so a least-squares fit there gives S whatever the
spread's shape is. With `extent` as `rr_tasks.degrade.blur` defines it: much longer than wide is
motion, sqrt(12) deviations long; anything else is called gaussian, four deviations wide. Where the
blur differs from place to place, as behind a moving camera or object, this is that of the mean.
"""

from itertools import product

import cv2
import numpy as np
import numpy.typing as npt

from rr_tasks.degrade.blur import gaussian_kernel
from rr_tasks.degrade.color import Linear
from rr_tasks.degrade.convolution import spread
from rr_tasks.degrade.severity import blur_severity
from rr_tasks.ingest.finding import (
    Explained,
    present_severity,
    severity_deviation,
    unexplained_share,
)
from schemas.prior.current import Blur, BlurParameters

Values = npt.NDArray[np.float64]

_LARGEST_BLOCK = 256
_BLOCKS_PER_SIDE = 3  # more of them average noise out, larger ones see wider spreads
_LEAST_COHERENCE = 0.5  # below, noise makes most of a spectrum
_LEAST_TRANSFER = 0.4  # below, the next order of the expansion counts, and noise does
_LEAST_EXTENT_PX = 0.5
_MOTION = 0.5  # of a deviation across to one along
# Two shapes of the same covariance differ as much in what counts as their extent.
_SHAPE_DOUBT = 0.15


def measure_blur(sharp: Linear, blurred: Linear, short_side_px: int) -> Explained[Blur]:
    """Estimate the blur of a pair.

    Args:
        sharp: (H, W, 3), 0-1.
        blurred: likewise.
        short_side_px: of the whole photograph, of which the pair may be a part.
    """
    across, along, angle = _deviations(sharp, blurred)
    motion = across < _MOTION * along
    extent = along * (12**0.5 if motion else 4.0)
    kernel = gaussian_kernel(4 * along, angle, max(0.1, across / along)) if along > 0.1 else None
    softened = sharp if kernel is None else np.asarray(spread(sharp, kernel), np.float32)
    severity = present_severity(blur_severity(extent, short_side_px))
    finding = Blur(
        present=True,
        severity=severity,
        parameters=BlurParameters(
            kind="motion" if motion else "gaussian",
            extent_px=max(_LEAST_EXTENT_PX, extent),
            angle_deg=angle,
        ),
        probability=1.0,
        severity_std=severity_deviation(
            severity, _SHAPE_DOUBT, unexplained_share(sharp, softened, blurred)
        ),
    )
    return Explained(finding, softened)


def _deviations(sharp: Linear, blurred: Linear) -> tuple[float, float, float]:
    """Pixels across and along the longest axis, and its angle, counter-clockwise, in degrees."""
    transfer, x, y = _transfer(sharp, blurred)
    low = _around_zero(transfer > _LEAST_TRANSFER)
    if low.sum() < 6:
        return 0.0, 0.0, 0.0
    weight = transfer[low]  # an error of the transfer counts less in a large logarithm
    terms = -0.5 * np.stack([x**2, 2 * x * y, y**2], axis=-1)[low]
    target = np.log(np.minimum(transfer[low], 1.0))
    xx, xy, yy = np.linalg.lstsq(terms * weight[:, None], target * weight, rcond=None)[0]
    squares, axes = np.linalg.eigh(np.array([[xx, xy], [xy, yy]]))
    across, along = np.sqrt(np.maximum(squares, 0.0))
    return float(across), float(along), float(np.rad2deg(np.arctan2(-axes[1, 1], axes[0, 1])) % 180)


def _transfer(sharp: Linear, blurred: Linear) -> tuple[Values, Values, Values]:
    """Magnitude of the transfer, 0 where noise hides it, and its frequencies (radians a pixel)."""
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


def _around_zero(low: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Those of the frequencies that hang together with zero; beyond, a transfer rises again."""
    centred = np.fft.fftshift(low, axes=0)
    centred[len(low) // 2, 0] = True
    _, labels = cv2.connectedComponents(centred.astype(np.uint8), connectivity=4)
    near = labels == labels[len(low) // 2, 0]
    near[len(low) // 2, 0] = False
    return np.asarray(np.fft.ifftshift(near, axes=0))
