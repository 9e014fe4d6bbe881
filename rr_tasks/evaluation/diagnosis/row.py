"""A row of the table of predictions: the truth about a sample and the findings."""

import math
from collections.abc import Mapping
from typing import Any

import polars as pl

from rr_tasks.degrade.light import MID_GREY
from rr_tasks.evaluation.presence import name_combination
from rr_tasks.reasoner.protocol import Answer, Unparsed
from schemas.prior.current import DEGRADATIONS, Blur, DiagnosticPrior, Haze, Noise, Rain

_NUMBERS = (
    *DEGRADATIONS,
    *(f"haze_{name}" for name in ("transmission", "light_r", "light_g", "light_b")),
    *("blur_extent_px", "blur_angle_deg"),
    *(f"rain_{name}" for name in ("density", "length_px", "angle_deg", "opacity")),
    *("noise_sigma", "noise_deviation"),
)

COLUMNS: Mapping[str, Any] = {
    "part": pl.String,
    "recipe": pl.String,
    "short_side": pl.Int64,
    "photograph": pl.String,
    "error": pl.String,
    "undiagnosed": pl.String,
    "round": pl.Int64,
    "combination": pl.String,
    "share": pl.Float64,
    "expected": pl.Float64,
    **{f"true_{name}": pl.Float64 for name in _NUMBERS},
    **{f"found_{name}": pl.Float64 for name in _NUMBERS},
    **{f"{side}_blur_kind": pl.String for side in ("true", "found")},
    **{f"probability_{name}": pl.Float64 for name in DEGRADATIONS},
    **{f"std_{name}": pl.Float64 for name in DEGRADATIONS},
}
"""Severities are named like their type; an absent type has severity 0 and null parameters.

`share` and `expected` are of blends alone: how much of the degraded photograph is in them, and the
severity that the reasoner expects. `error` says why a photograph could not be used; the row then
stands for all its samples. `undiagnosed` says why the reasoner has no answer for a sample.
"""


def diagnosis_row(truth: DiagnosticPrior, answer: Answer) -> dict[str, Any]:
    """Compute the columns of a sample that follow from the truth and the answer."""
    row = {"combination": name_combination(truth), **_flatten("true", truth)}
    if isinstance(answer, Unparsed):
        return {**row, "undiagnosed": answer.reason}
    return {
        **row,
        **_flatten("found", answer),
        **{f"probability_{name}": getattr(answer, name).probability for name in DEGRADATIONS},
        **{f"std_{name}": getattr(answer, name).severity_std for name in DEGRADATIONS},
    }


def _flatten(side: str, prior: DiagnosticPrior) -> dict[str, Any]:
    values: dict[str, Any] = {
        **{str(name): getattr(prior, name).severity for name in DEGRADATIONS},
        **_of_haze(prior.haze),
        **_of_blur(prior.blur),
        **_of_rain(prior.rain),
        **_of_noise(prior.noise),
    }
    return {f"{side}_{name}": value for name, value in values.items()}


def _of_haze(haze: Haze) -> dict[str, Any]:
    if haze.parameters is None:
        return {}
    red, green, blue = haze.parameters.atmospheric_light
    return {
        "haze_transmission": haze.parameters.transmission,
        "haze_light_r": red,
        "haze_light_g": green,
        "haze_light_b": blue,
    }


def _of_blur(blur: Blur) -> dict[str, Any]:
    if blur.parameters is None:
        return {}
    p = blur.parameters
    axis = None if p.kind == "defocus" else p.angle_deg
    return {"blur_kind": p.kind, "blur_extent_px": p.extent_px, "blur_angle_deg": axis}


def _of_rain(rain: Rain) -> dict[str, Any]:
    if rain.parameters is None:
        return {}
    p = rain.parameters
    return {
        "rain_density": p.density,
        "rain_length_px": p.length_px,
        "rain_angle_deg": p.angle_deg,
        "rain_opacity": p.opacity,
    }


def _of_noise(noise: Noise) -> dict[str, Any]:
    """`deviation` is the standard deviation of all noise at mid grey, in linear light."""
    if noise.parameters is None:
        return {}
    sigma, gain = noise.parameters.sigma, noise.parameters.gain
    return {"noise_sigma": sigma, "noise_deviation": math.sqrt(gain * MID_GREY + sigma**2)}
