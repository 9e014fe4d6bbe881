"""How much rain falls between a clean photograph and its rainy partner.

I = J (1 - alpha) + L alpha in linear light, with L the light of the streaks, taken to be that of
the brightest pixels among those that became brighter. Pixels as bright as the streaks tell nothing.
What is brighter all over a patch is mist and no streak. The severity follows from the mean of
alpha = (I - J) / (L - J), in which noise cancels out, as it takes away as often as it adds. Length
and direction are those of the ridge in the middle of alpha's autocorrelation at half its height,
which for straight streaks of one length is that length.
"""

import cv2
import numpy as np
import numpy.typing as npt

from rr_tasks.degrade.color import Linear
from rr_tasks.degrade.severity import rain_severity
from rr_tasks.ingest.finding import present_severity, severity_deviation, unexplained_share
from schemas.prior.current import Rain, RainParameters

Field = npt.NDArray[np.float32]

_WET = 0.05  # alpha from which a pixel counts as part of a streak
_ROOM = 0.05  # least L - J
_PATCH, _DRIEST = 64, 0.1  # streaks leave a tenth of any patch of this side dry
_BRIGHTEST = 0.999
_PEAK = 0.99
# Data sets draw streaks with other widths and lights than ours, so alpha is not quite the same.
_OTHER_STREAKS = 0.2


def measure_rain(clean: Linear, rainy: Linear) -> Rain:
    """Estimate the rain of a pair, (H, W, 3) each, 0-1."""
    before, after = clean.mean(2), rainy.mean(2)
    light = _light(before, after)
    room = light - before
    telling = room > _ROOM
    alpha = np.where(telling, (after - before) / np.maximum(room, _ROOM), 0.0).clip(-1.0, 1.0)
    alpha -= _veil(alpha)
    weight = np.where(telling, room, 0.0) ** 2  # an error of I - J counts less where L is far
    mean = max(0.0, float((weight * alpha).sum() / max(weight.sum(), _ROOM)))
    wet = alpha[alpha > _WET]
    opacity = float(np.quantile(wet, _PEAK)) if wet.size else _WET
    length, angle = _ridge(alpha.astype(np.float32))
    share = np.maximum(alpha, 0.0)[..., None].astype(np.float32)
    drenched = clean + share * np.maximum(light - clean, 0.0)
    severity = present_severity(rain_severity(mean))
    return Rain(
        present=True,
        severity=severity,
        parameters=RainParameters(
            density=min(1.0, mean / opacity), length_px=length, angle_deg=angle, opacity=opacity
        ),
        probability=1.0,
        severity_std=severity_deviation(
            severity, _OTHER_STREAKS, unexplained_share(clean, drenched, rainy)
        ),
    )


def _veil(alpha: Field) -> Field:
    """What lies between the streaks: the mist of distant drops, which is no streak."""
    height, width = alpha.shape
    driest = np.array(
        [
            [np.quantile(part, _DRIEST) for part in np.array_split(row, -(-width // _PATCH), 1)]
            for row in np.array_split(alpha, -(-height // _PATCH))
        ],
        np.float32,
    )
    veil = cv2.resize(driest, (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(np.maximum(veil, 0.0))


def _light(before: Field, after: Field) -> float:
    brighter = after[after > before + _WET * (1 - before)]
    return float(np.quantile(brighter, _BRIGHTEST)) if brighter.size else 1.0


def _ridge(alpha: Field) -> tuple[float, float]:
    """Length in pixels and axis in degrees, counter-clockwise from the horizontal."""
    height, width = alpha.shape
    window = cv2.createHanningWindow((width, height), cv2.CV_32F)
    spectrum = np.fft.rfft2((alpha - alpha.mean()) * window)
    correlation = np.fft.fftshift(np.fft.irfft2(np.abs(spectrum) ** 2, s=alpha.shape))
    _, labels = cv2.connectedComponents((correlation > correlation.max() / 2).astype(np.uint8))
    rows, columns = np.nonzero(labels == labels[height // 2, width // 2])
    x, y = columns - width // 2, height // 2 - rows
    spread = np.array([[(x * x).mean(), (x * y).mean()], [(x * y).mean(), (y * y).mean()]])
    along = np.linalg.eigh(spread)[1][:, 1]
    length = 1 + 2 * float(np.abs(along[0] * x + along[1] * y).max())
    return length, float(np.rad2deg(np.arctan2(along[1], along[0])) % 180.0)
