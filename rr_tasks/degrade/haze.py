"""Haze by the atmospheric scattering model: I = J t + A (1 - t), t = exp(-beta d m).

Koschmieder's law as used by the field (McCartney 1976; Narasimhan and Nayar 2002), in linear light
or, as in most of its data sets, in coded values.
The density m has mean 1; it is 1 everywhere in an even haze and a log-normal field of clouds in a
heterogeneous one. Smoke has plumes instead of d m. Published ranges for comparison: AgenticIR A
U(0.7, 1), beta U(0.6, 1.8); CDD-11 beta U(1, 2), A U(0.6, 0.9).

On a pair, haze is measured by least squares, with t constant over a block of 16 pixels. Where the
airlight is unknown, the line through the points (J, I) of each block has the slope t and the
intercept A (1 - t), and A is fitted to the intercepts of all blocks. Then t follows block by block.
Read in the other convention of light than the one it was mixed in, haze is not described exactly,
which shows in what is left unexplained.
"""

import math

import cv2
import numpy as np
import numpy.typing as npt
from typing_extensions import override

from rr_tasks.degrade.clouds import draw_clouds, enlarge
from rr_tasks.degrade.color import Values, blend
from rr_tasks.degrade.depth import Depth
from rr_tasks.degrade.light import CONVENTIONS
from rr_tasks.degrade.measures import present_severity, severity_deviation, unexplained_share
from rr_tasks.degrade.physics import FindDepth, Measured, Pair, Physics, scale_severity
from rr_tasks.degrade.published import published_transmission
from rr_tasks.degrade.smoke import WARM, smoke_light, smoke_path
from rr_tasks.degrade.transmission import (
    dilute_map,
    distance,
    draw_map,
    fade,
    fade_map,
)
from schemas.base import Rgb
from schemas.prior.finding import Finding
from schemas.prior.haze import Haze, HazeParameters
from schemas.prior.light import Light
from schemas.ranges import HazeRecipe

Field = npt.NDArray[np.float32]
Colour = npt.NDArray[np.float64]

OPAQUE_HAZE = 0.75

_BLOCK = 16
_TELLING = 1e-3  # mean square distance to the airlight below which a block tells nothing of t
_TEXTURED = 1e-4  # variance below which a block tells nothing of A
_STREAK_PX = 11
_FAR_SHARE = 0.02
_LEAST_TRANSMISSION = 0.01
_NO_IDEA, _NO_IDEA_DEVIATION = 0.5, 12**-0.5  # of anything between 0 and 1


def haze_severity(transmission: float) -> float:
    """Return the severity of haze with this mean transmission, 0-1, in linear light."""
    return scale_severity((1 - transmission) / OPAQUE_HAZE)


def haze_transmission(severity: float) -> float:
    """Return the mean transmission, 0-1, in linear light, of haze of this severity."""
    return 1 - OPAQUE_HAZE * severity / 100


class HazePhysics(Physics[HazeParameters, HazeRecipe]):
    """A veil that thickens with distance."""

    finding = Haze
    ranges = HazeRecipe

    @override
    def severity(self, parameters: HazeParameters, short_side_px: int) -> float:
        p = parameters
        alike = CONVENTIONS[p.light].linear_transmission(p.transmission, p.atmospheric_light)
        return haze_severity(alike)

    @override
    def at_severity(
        self, parameters: HazeParameters, severity: float, short_side_px: int
    ) -> HazeParameters:
        mean = _transmission(severity, parameters.light, parameters.atmospheric_light)
        if parameters.transmission_map is None:
            beta, faded = _follow(parameters.beta, parameters.transmission, mean), None
        else:
            power, faded = fade_map(parameters.transmission_map, mean)
            beta = power * parameters.beta
        return parameters.model_copy(
            update={"transmission": mean, "beta": beta, "transmission_map": faded}
        )

    @override
    def make_consistent(
        self, finding: Finding[HazeParameters], short_side_px: int
    ) -> Finding[HazeParameters]:
        made = super().make_consistent(finding, short_side_px)
        if made.parameters is None or finding.parameters is None:
            return made
        # Reasoners read beta apart from the transmission, and no worse than it would follow.
        kept = made.parameters.model_copy(update={"beta": finding.parameters.beta})
        return made.model_copy(update={"parameters": kept})

    @override
    def add(
        self,
        image: Values,
        severity: float,
        ranges: HazeRecipe,
        rng: np.random.Generator,
        find_depth: FindDepth,
        *,
        light: Light,
    ) -> tuple[Values, HazeParameters]:
        depth = find_depth()
        if ranges.published is not None:
            airlight = _draw_airlight(ranges, rng)
            beta, transmission = published_transmission(depth, severity, ranges.published)
            return _add(image, airlight, beta, transmission, light)
        if ranges.smoke is not None and rng.random() < ranges.smoke.probability:
            airlight = smoke_light(ranges.smoke, rng)
            path = smoke_path(depth, ranges.smoke, rng)
            path *= distance(depth).mean() / path.mean()  # so that beta stays comparable
        else:
            airlight = _draw_airlight(ranges, rng)
            path = distance(depth)
            if ranges.heterogeneity is not None:
                path = path * _density(ranges.heterogeneity.draw(rng), depth.shape, rng)
        beta, transmission = fade(path, _transmission(severity, light, _rgb(airlight)))
        return _add(image, airlight, beta, transmission, light)

    @override
    def dilute(self, parameters: HazeParameters, share: float) -> HazeParameters:
        # J (1 - a) + a (J t + A (1 - t)) has a transmission of 1 - a (1 - t).
        transmission = 1 - share * (1 - parameters.transmission)
        there = parameters.transmission_map
        return parameters.model_copy(
            update={
                "transmission": transmission,
                "beta": _follow(parameters.beta, parameters.transmission, transmission),
                "transmission_map": there and dilute_map(there, share),
            }
        )

    @override
    def measure(self, pair: Pair) -> Measured[HazeParameters]:
        clean, hazy = pair.before, pair.after
        raining = "rain" in pair.present
        j, i = (_remove_streaks(clean), _remove_streaks(hazy)) if raining else (clean, hazy)
        convention = CONVENTIONS[pair.light]
        if pair.airlight is None:
            airlight = _fit_airlight(j, i)
        else:
            airlight = convention.of_code(np.full(3, pair.airlight))
        transmission, known = _fit_transmission(j, i, airlight)
        veiled = _veil(clean, transmission, airlight)
        far = max(_LEAST_TRANSMISSION, float(np.quantile(transmission, _FAR_SHARE)))
        parameters = HazeParameters(
            atmospheric_light=_rgb(np.clip(convention.code_of(airlight), 0.0, 1.0)),
            transmission=float(transmission.mean()),
            beta=-float(np.log(far)),
            light=pair.light,
            transmission_map=draw_map(transmission) if pair.whole else None,
        )
        severity = present_severity(self.severity(parameters, pair.short_side_px))
        # Where blocks cannot tell, t may be anything between 0 and 1.
        blind = (1 - known) * _NO_IDEA_DEVIATION * 100 / OPAQUE_HAZE / severity
        left = unexplained_share(clean, veiled, hazy)
        finding = Haze(
            present=True,
            severity=severity,
            parameters=parameters,
            probability=1.0,
            severity_std=severity_deviation(severity, blind, left),
        )
        return Measured(finding, veiled)


def _add(
    image: Values, airlight: Colour, beta: float, transmission: Values, light: Light
) -> tuple[Values, HazeParameters]:
    parameters = HazeParameters(
        atmospheric_light=_rgb(airlight),
        transmission=float(transmission.mean()),
        beta=beta,
        light=light,
        transmission_map=draw_map(transmission),
    )
    return blend(image, CONVENTIONS[light].of_code(airlight), transmission), parameters


def _follow(beta: float, before: float, after: float) -> float:
    """Return beta after a change of the mean transmission, as if it were the same everywhere.

    Where there was no haze, nothing tells how it grows with distance.
    """
    if before == 1.0:
        return beta
    seen, wanted = (max(mean, _LEAST_TRANSMISSION) for mean in (before, after))
    return beta * math.log(wanted) / math.log(seen)


def _transmission(severity: float, light: Light, airlight: Rgb) -> float:
    """Return the mean transmission, in values of `light`, of haze of this severity."""
    return CONVENTIONS[light].from_linear_transmission(haze_transmission(severity), airlight)


def _rgb(colour: Colour) -> Rgb:
    red, green, blue = (float(channel) for channel in colour)
    return red, green, blue


def _draw_airlight(recipe: HazeRecipe, rng: np.random.Generator) -> Colour:
    brightness = recipe.light.draw(rng)
    tint = rng.uniform(-recipe.tint, recipe.tint, size=3)
    colour = brightness + tint - tint.mean()
    if recipe.warmth is not None:
        colour += recipe.warmth.draw(rng) * WARM
    return np.asarray(np.clip(colour, 0.0, 1.0))


def _density(heterogeneity: float, shape: tuple[int, int], rng: np.random.Generator) -> Depth:
    density = np.exp(np.float32(heterogeneity) * draw_clouds(rng))
    return enlarge(density / density.mean(), shape)


def _veil(clean: Values, transmission: Field, airlight: Colour) -> Values:
    whole = cv2.resize(transmission, clean.shape[1::-1], interpolation=cv2.INTER_LINEAR)[..., None]
    return np.asarray(clean * whole + airlight.astype(np.float32) * (1 - whole))


def _remove_streaks(image: Values) -> Values:
    """Open across the fall of rain, which removes what is bright and narrow.

    An opening commutes with I = J t + A (1 - t) wherever t is constant, so both photographs still
    obey it afterwards.
    """
    return np.asarray(cv2.morphologyEx(image, cv2.MORPH_OPEN, np.ones((1, _STREAK_PX), np.uint8)))


def _fit_airlight(clean: Values, hazy: Values) -> Colour:
    j, i = _block_means(clean), _block_means(hazy)
    variance = (_block_means(clean * clean) - j * j).sum(2)
    covariance = (_block_means(clean * hazy) - j * i).sum(2)
    slope = np.clip(covariance / np.maximum(variance, _TEXTURED), 0.0, 1.0)
    meeting = i - slope[..., None] * j
    weight = (np.where(variance > _TEXTURED, variance, 0.0) * (1 - slope))[..., None]
    scale = (weight * (1 - slope[..., None])).sum()
    if scale <= 0:  # no texture at all, or no haze at all: any airlight explains it
        return np.ones(3)
    mean = (weight * meeting).sum((0, 1), dtype=np.float64) / scale
    return np.asarray(np.clip(mean, 0.0, 1.0))


def _fit_transmission(clean: Values, hazy: Values, airlight: Colour) -> tuple[Field, float]:
    """Fit t, (H, W) / `_BLOCK`; also return the share of blocks that tell theirs.

    The other blocks get the mean.
    """
    light = airlight.astype(np.float32)
    veiled = _block_means(((hazy - light) * (clean - light)).sum(2))
    bare = _block_means(((clean - light) ** 2).sum(2))
    telling = bare > _TELLING
    transmission = np.clip(veiled / np.maximum(bare, _TELLING), 0.0, 1.0).astype(np.float32)
    transmission[~telling] = transmission[telling].mean() if telling.any() else _NO_IDEA
    return transmission, float(telling.mean())


def _block_means(image: Values) -> Field:
    height, width = (max(1, round(length / _BLOCK)) for length in image.shape[:2])
    return np.asarray(cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA))
