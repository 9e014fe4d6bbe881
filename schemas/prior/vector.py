"""The prior as a fixed-length vector: what conditions the edge restorer and its reasoner predicts.

Every entry is scaled to about 0-1. Angles are axes (180 degrees is 0 degrees again), so they are
written as the cosine and sine of twice the angle. Parameters of an absent degradation are 0.
"""

import math
from collections.abc import Sequence

from schemas.prior.current import (
    DEGRADATIONS,
    Blur,
    BlurKind,
    BlurParameters,
    DegradationName,
    DiagnosticPrior,
    Haze,
    HazeParameters,
    Noise,
    NoiseParameters,
    Rain,
    RainParameters,
)

BLUR_KINDS: tuple[BlurKind, ...] = ("motion", "defocus", "gaussian")
EXTENT_SCALE_PX = 32.0
STREAK_SCALE_PX = 64.0
BETA_SCALE = 4.0
NOISE_SCALE = 0.2
GAIN_SCALE = 0.2

LAYOUT: dict[DegradationName, tuple[str, ...]] = {
    "haze": ("present", "severity", "light_r", "light_g", "light_b", "transmission", "beta"),
    "blur": ("present", "severity", *BLUR_KINDS, "extent", "cos2", "sin2"),
    "rain": ("present", "severity", "density", "length", "cos2", "sin2", "opacity"),
    "noise": ("present", "severity", "sigma", "gain"),
}
FIELDS: tuple[str, ...] = tuple(
    f"{name}.{field}" for name in DEGRADATIONS for field in LAYOUT[name]
)
VECTOR_LENGTH = len(FIELDS)

MINIMUM_PRESENT_SEVERITY = 1.0
PRESENT_PROBABILITY = 0.5
"""From which probability on a degradation counts as present."""


def slice_of(name: DegradationName) -> slice:
    """Where the entries of one degradation lie in the vector."""
    start = FIELDS.index(f"{name}.present")
    return slice(start, start + len(LAYOUT[name]))


def presence_entries() -> list[int]:
    """Entries that say how probable each type is, in the order of `DEGRADATIONS`."""
    return [FIELDS.index(f"{name}.present") for name in DEGRADATIONS]


def severity_entries() -> list[int]:
    """Entries that say how severe each type is, as a share of 100."""
    return [FIELDS.index(f"{name}.severity") for name in DEGRADATIONS]


def mirrored_entries() -> list[int]:
    """Entries that change sign when the photograph is mirrored left to right."""
    return [index for index, field in enumerate(FIELDS) if field.endswith(".sin2")]


def length_entries() -> list[int]:
    """Entries that are lengths in pixels, and change with the size of the photograph."""
    return [FIELDS.index(field) for field in ("blur.extent", "rain.length")]


def to_vector(prior: DiagnosticPrior) -> list[float]:
    """Render a prior as `VECTOR_LENGTH` floats in the order of `FIELDS`."""
    return [
        *_haze_entries(prior.haze),
        *_blur_entries(prior.blur),
        *_rain_entries(prior.rain),
        *_noise_entries(prior.noise),
    ]


def findings_from_vector(entries: Sequence[float]) -> tuple[Haze, Blur, Rain, Noise]:
    """Read findings back from a vector, whose `present` entries are probabilities.

    A degradation is present at `PRESENT_PROBABILITY` or more. Values outside their physical range
    are clamped.
    """
    if len(entries) != VECTOR_LENGTH:
        raise ValueError(f"a prior vector has {VECTOR_LENGTH} entries, not {len(entries)}")
    value = dict(zip(FIELDS, (float(entry) for entry in entries), strict=True))
    return _haze_from(value), _blur_from(value), _rain_from(value), _noise_from(value)


def _haze_entries(haze: Haze) -> list[float]:
    if haze.parameters is None:
        return [0.0] * len(LAYOUT["haze"])
    p = haze.parameters
    light, beta = p.atmospheric_light, p.beta / BETA_SCALE
    return [_probability(haze), haze.severity / 100, *light, p.transmission, beta]


def _blur_entries(blur: Blur) -> list[float]:
    if blur.parameters is None:
        return [0.0] * len(LAYOUT["blur"])
    p = blur.parameters
    kinds = [float(p.kind == kind) for kind in BLUR_KINDS]
    axis = (0.0, 0.0) if p.kind == "defocus" else _axis(p.angle_deg)
    return [_probability(blur), blur.severity / 100, *kinds, p.extent_px / EXTENT_SCALE_PX, *axis]


def _rain_entries(rain: Rain) -> list[float]:
    if rain.parameters is None:
        return [0.0] * len(LAYOUT["rain"])
    p = rain.parameters
    length = p.length_px / STREAK_SCALE_PX
    return [
        _probability(rain),
        rain.severity / 100,
        p.density,
        length,
        *_axis(p.angle_deg),
        p.opacity,
    ]


def _noise_entries(noise: Noise) -> list[float]:
    if noise.parameters is None:
        return [0.0] * len(LAYOUT["noise"])
    p = noise.parameters
    return [_probability(noise), noise.severity / 100, p.sigma / NOISE_SCALE, p.gain / GAIN_SCALE]


def _haze_from(value: dict[str, float]) -> Haze:
    if value["haze.present"] < PRESENT_PROBABILITY:
        return Haze(present=False, severity=0.0)
    red, green, blue = (_unit(value[f"haze.light_{channel}"]) for channel in "rgb")
    parameters = HazeParameters(
        atmospheric_light=(red, green, blue),
        transmission=_unit(value["haze.transmission"]),
        beta=max(0.0, value["haze.beta"] * BETA_SCALE),
    )
    return Haze(present=True, severity=_severity(value["haze.severity"]), parameters=parameters)


def _blur_from(value: dict[str, float]) -> Blur:
    if value["blur.present"] < PRESENT_PROBABILITY:
        return Blur(present=False, severity=0.0)
    kind = max(BLUR_KINDS, key=lambda name: value[f"blur.{name}"])
    angle = 0.0 if kind == "defocus" else _angle(value["blur.cos2"], value["blur.sin2"])
    extent = max(0.5, value["blur.extent"] * EXTENT_SCALE_PX)
    parameters = BlurParameters(kind=kind, extent_px=extent, angle_deg=angle)
    return Blur(present=True, severity=_severity(value["blur.severity"]), parameters=parameters)


def _rain_from(value: dict[str, float]) -> Rain:
    if value["rain.present"] < PRESENT_PROBABILITY:
        return Rain(present=False, severity=0.0)
    parameters = RainParameters(
        density=_unit(value["rain.density"]),
        length_px=max(1.0, value["rain.length"] * STREAK_SCALE_PX),
        angle_deg=_angle(value["rain.cos2"], value["rain.sin2"]),
        opacity=_unit(value["rain.opacity"]),
    )
    return Rain(present=True, severity=_severity(value["rain.severity"]), parameters=parameters)


def _noise_from(value: dict[str, float]) -> Noise:
    if value["noise.present"] < PRESENT_PROBABILITY:
        return Noise(present=False, severity=0.0)
    sigma = max(0.0, value["noise.sigma"] * NOISE_SCALE)
    gain = max(0.0, value["noise.gain"] * GAIN_SCALE)
    parameters = NoiseParameters(sigma=sigma, gain=gain)
    return Noise(present=True, severity=_severity(value["noise.severity"]), parameters=parameters)


def _probability(finding: Haze | Blur | Rain | Noise) -> float:
    """Certain, unless the author says otherwise; what he found is never less than even."""
    return 1.0 if finding.probability is None else max(PRESENT_PROBABILITY, finding.probability)


def _axis(angle_deg: float) -> tuple[float, float]:
    twice = math.radians(2 * angle_deg)
    return math.cos(twice), math.sin(twice)


def _angle(cosine: float, sine: float) -> float:
    return math.degrees(math.atan2(sine, cosine)) / 2 % 180.0 % 180.0


def _severity(fraction: float) -> float:
    return min(100.0, max(MINIMUM_PRESENT_SEVERITY, 100 * fraction))


def _unit(value: float) -> float:
    return min(1.0, max(0.0, value))
