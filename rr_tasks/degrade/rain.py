"""Rain: layers of motion-blurred streaks over the scene, and the faint veil of distant drops.

I = J (1 - alpha) + L alpha with alpha = opacity * streaks, in linear light. Near layers have few
long, wide streaks and far layers many short, thin ones, as in the field's layered models of rain
(Garg and Nayar 2006 for the look of single streaks); `rr_tasks.degrade.showers` adds perspective to
them.

On a pair, L is taken to be the light of the brightest pixels among those that became brighter.
Pixels as bright as the streaks say nothing. What is brighter all over a patch is mist, not a
streak. The severity follows from the mean of alpha = (I - J) / (L - J), in which noise cancels,
because it darkens as often as it brightens. Length and direction are those of the central ridge of
alpha's autocorrelation at half its height, which for straight streaks of equal length is that
length.
"""

import cv2
import numpy as np
import numpy.typing as npt
from typing_extensions import override

from rr_tasks.degrade.color import Values, blend
from rr_tasks.degrade.depth import Depth
from rr_tasks.degrade.light import CONVENTIONS
from rr_tasks.degrade.measures import present_severity, severity_deviation, unexplained_share
from rr_tasks.degrade.physics import FindDepth, Measured, Pair, Physics, scale_severity
from rr_tasks.degrade.published import published_streaks
from rr_tasks.degrade.showers import shower_map
from rr_tasks.degrade.streaks import added_streaks, brighten_to, streak_map
from rr_tasks.degrade.transmission import scatter
from schemas.prior.light import Light
from schemas.prior.rain import Rain, RainParameters
from schemas.ranges import PublishedRain, RainRecipe, ShowerRecipe

Field = npt.NDArray[np.float32]

DRENCHED_ALPHA = 0.2
RAIN_EXPONENT = 1.5

# At most the transmission of haze of severity 7: rain alone must not read as haze.
_VEIL_AT_100 = 0.05

_WET = 0.05  # alpha from which a pixel counts as part of a streak
_ROOM = 0.05  # least L - J
_PATCH, _DRIEST = 64, 0.1  # streaks leave a tenth of any patch of this side dry
_BRIGHTEST = 0.999
_PEAK = 0.99
# Data sets draw streaks with other widths and lights than ours, so alpha is not quite the same.
_OTHER_STREAKS = 0.2


def rain_severity(mean_alpha: float) -> float:
    """Return the severity of rain whose streaks have this mean alpha, 0-1."""
    return scale_severity((mean_alpha / DRENCHED_ALPHA) ** (1 / RAIN_EXPONENT))


def rain_alpha(severity: float) -> float:
    """Return the mean alpha of the streaks of rain of this severity."""
    return float(DRENCHED_ALPHA * (severity / 100) ** RAIN_EXPONENT)


class RainPhysics(Physics[RainParameters, RainRecipe]):
    """Streaks, and a veil that thickens with distance."""

    finding = Rain
    ranges = RainRecipe

    @override
    def severity(self, parameters: RainParameters, short_side_px: int) -> float:
        opacity = CONVENTIONS[parameters.light].linear_opacity(parameters.opacity)
        return rain_severity(parameters.density * opacity)

    @override
    def at_severity(
        self, parameters: RainParameters, severity: float, short_side_px: int
    ) -> RainParameters:
        alpha, convention = rain_alpha(severity), CONVENTIONS[parameters.light]
        opacity = max(parameters.opacity, convention.from_linear_opacity(alpha))
        density = min(1.0, alpha / convention.linear_opacity(opacity))
        return parameters.model_copy(update={"opacity": opacity, "density": density})

    @override
    def add(
        self,
        image: Values,
        severity: float,
        ranges: RainRecipe,
        rng: np.random.Generator,
        find_depth: FindDepth,
        *,
        light: Light,
    ) -> tuple[Values, RainParameters]:
        length = ranges.length.draw(rng) * min(image.shape[:2])
        angle = ranges.angle_deg.draw(rng) % 180.0
        opacity = ranges.opacity.draw(rng)
        convention = CONVENTIONS[light]
        if ranges.published is not None:
            return _add_published(image, severity, ranges.published, angle, rng, light=light)
        density = min(1.0, rain_alpha(severity) / convention.linear_opacity(opacity))
        wanted = RainParameters(
            density=density, length_px=length, angle_deg=angle, opacity=opacity, light=light
        )
        if ranges.added is not None:
            shape = image.shape[0], image.shape[1]
            streaks = added_streaks(shape, wanted, ranges.added, rng)
            rainy = _brighten(image, streaks * np.float32(opacity * (1 - convention.mid_grey)))
        else:
            depth = find_depth()
            streaks = _draw_layers(depth, wanted, ranges.shower, rng)
            colour = convention.of_code(np.full(3, ranges.light.draw(rng)))
            _, transmission = scatter(depth, 1 - _VEIL_AT_100 * severity / 100)
            share = streaks * np.float32(-opacity)
            share += np.float32(1)
            share *= transmission
            rainy = blend(image, colour, share)
        return rainy, wanted.model_copy(update={"density": float(streaks.mean())})

    @override
    def dilute(self, parameters: RainParameters, share: float) -> RainParameters:
        return parameters.model_copy(update={"opacity": share * parameters.opacity})

    @override
    def measure(self, pair: Pair) -> Measured[RainParameters]:
        clean, rainy = pair.before, pair.after
        alpha, mean, light = _fit_alpha(clean.mean(2), rainy.mean(2))
        wet = alpha[alpha > _WET]
        opacity = float(np.quantile(wet, _PEAK)) if wet.size else _WET
        length, angle = _ridge(alpha.astype(np.float32))
        share = np.maximum(alpha, 0.0)[..., None].astype(np.float32)
        drenched = clean + share * np.maximum(light - clean, 0.0)
        left = unexplained_share(clean, drenched, rainy)
        parameters = RainParameters(
            density=min(1.0, mean / opacity),
            length_px=length,
            angle_deg=angle,
            opacity=opacity,
            light=pair.light,
        )
        severity = present_severity(self.severity(parameters, pair.short_side_px))
        finding = Rain(
            present=True,
            severity=severity,
            parameters=parameters,
            probability=1.0,
            severity_std=severity_deviation(severity, _OTHER_STREAKS, left),
        )
        # Nobody can say where it would fall, so other measures overlook it.
        return Measured(finding, clean)


def _add_published(
    image: Values,
    severity: float,
    recipe: PublishedRain,
    angle: float,
    rng: np.random.Generator,
    *,
    light: Light,
) -> tuple[Values, RainParameters]:
    length = recipe.length_px.draw(rng)
    drops = recipe.drops.at(severity / 100)
    streaks = published_streaks((image.shape[0], image.shape[1]), drops, length, angle, rng)
    alike = np.minimum(streaks / (1 - CONVENTIONS[light].mid_grey), 1.0)
    parameters = RainParameters(
        density=float(alike.mean()), length_px=length, angle_deg=angle, opacity=1.0, light=light
    )
    return _brighten(image, streaks), parameters


def _brighten(image: Values, by: Values) -> Values:
    brighter = cv2.merge([by] * 3)
    brighter += image
    return np.asarray(brighter, np.float32)


def _draw_layers(
    depth: Depth, wanted: RainParameters, recipe: ShowerRecipe | None, rng: np.random.Generator
) -> Values:
    p = wanted
    if recipe is None:
        return streak_map(depth.shape, p.density, p.length_px, p.angle_deg, rng)
    shower = shower_map(
        depth, p.density, length=p.length_px, angle_deg=p.angle_deg, recipe=recipe, rng=rng
    )
    return brighten_to(shower, p.density)


def _fit_alpha(before: Field, after: Field) -> tuple[Field, float, float]:
    """Estimate the alpha of each pixel, its mean, and the light of the streaks."""
    light = _light(before, after)
    room = light - before
    telling = room > _ROOM
    alpha = np.where(telling, (after - before) / np.maximum(room, _ROOM), 0.0).clip(-1.0, 1.0)
    alpha -= _mist(alpha)
    weight = np.where(telling, room, 0.0) ** 2  # an error of I - J counts less where L is far
    mean = max(0.0, float((weight * alpha).sum() / max(weight.sum(), _ROOM)))
    return alpha, mean, light


def _mist(alpha: Field) -> Field:
    """Estimate what lies between the streaks: the mist of distant drops."""
    height, width = alpha.shape
    driest = np.array(
        [
            [np.quantile(part, _DRIEST) for part in np.array_split(row, -(-width // _PATCH), 1)]
            for row in np.array_split(alpha, -(-height // _PATCH))
        ],
        np.float32,
    )
    mist = cv2.resize(driest, (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(np.maximum(mist, 0.0))


def _light(before: Field, after: Field) -> float:
    brighter = after[after > before + _WET * (1 - before)]
    return float(np.quantile(brighter, _BRIGHTEST)) if brighter.size else 1.0


def _ridge(alpha: Field) -> tuple[float, float]:
    """Measure length in pixels and axis in degrees, counter-clockwise from the horizontal."""
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
