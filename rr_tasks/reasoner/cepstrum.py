"""The cepstrum of a photograph, in which a blur of the camera shows its shape and length.

A blur multiplies the spectrum of the scene by that of its kernel. In the logarithm the two add, and
the transform of the logarithm, the cepstrum, separates them: the scene stays near lag 0, while the
kernel's zeros leave troughs at the length of a motion, along it, and rings at the diameter of a
defocus (Cannon, Blind deconvolution of spatially invariant image blurs with phase, IEEE Trans. ASSP
24, 1976). Averaging over windows leaves what these have in common: the blur. The sharpest windows
alone tell whether the camera blurred everything, or only what is out of focus or moves is soft.
"""

from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt
import torch

from rr_tasks.photographs.pixels import Bytes

Floats = npt.NDArray[np.float32]

LARGEST_LAG = 24
"""Pixels; the longest blur of severity 100 at working size is 21."""
SHAPE = (2 * LARGEST_LAG + 1, LARGEST_LAG + 1)

_SHARP_SHARE = 4  # one in so many windows


class Cepstra(NamedTuple):
    """Cepstra of `SHAPE` over all windows and over the sharpest quarter of them.

    `sharpest` is the number of the sharpest window of all.
    """

    everywhere: Floats
    sharp: Floats
    sharpest: int


def read_cepstra(windows: Bytes) -> Cepstra:
    """Compute the mean cepstra of windows (K, S, S, 3), sRGB-coded, S more than `2 * LARGEST_LAG`.

    The values are in the logarithm's units, for lags from -`LARGEST_LAG` to `LARGEST_LAG` downwards
    and from 0 to `LARGEST_LAG` to the right; those to the left are the same, rotated by 180
    degrees. Mirroring the photograph either way reverses the rows. The sharpest windows are those
    with the most power in the mean over all frequencies, of which most are high.
    """
    count, side = windows.shape[:2]
    grey = cv2.cvtColor(windows.reshape(-1, side, 3), cv2.COLOR_RGB2GRAY)
    light = torch.from_numpy(grey).view(count, side, side).float()
    taper = torch.hann_window(side, periodic=False)
    faded = (light - light.mean((1, 2), keepdim=True)) * taper * taper[:, None]
    spectrum = torch.fft.rfft2(faded)
    # An empty window has no power at all; a grey level of noise has far more than 1.
    power = (spectrum.real.square() + spectrum.imag.square() + 1.0).log()
    ranks = power.mean((1, 2)).argsort(descending=True, stable=True)
    sharp = ranks[: max(1, count // _SHARP_SHARE)]
    means = torch.stack([power.mean(0), power[sharp].mean(0)])
    lags = torch.fft.irfft2(means, s=(side, side)).roll(LARGEST_LAG, 1)
    everywhere, in_focus = np.array(lags[:, : SHAPE[0], : SHAPE[1]].numpy(), np.float32)
    return Cepstra(everywhere, in_focus, int(ranks[0]))
