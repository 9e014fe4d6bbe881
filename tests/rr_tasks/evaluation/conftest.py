"""Tables of predictions made by hand."""

from collections.abc import Callable
from typing import Any

import polars as pl
import pytest

from rr_tasks.evaluation.diagnosis.clean import LOOKS, VIEWS
from rr_tasks.evaluation.diagnosis.row import COLUMNS
from rr_tasks.evaluation.diagnosis.sample import BLEND_SHARES, COMBINATION_NAMES
from schemas.prior.current import DEGRADATIONS

Table = Callable[..., pl.DataFrame]

_PARAMETERS: dict[str, dict[str, Any]] = {
    "haze": {
        "haze_transmission": 0.6,
        **{f"haze_atmospheric_light_{channel}": 0.8 for channel in "rgb"},
        "haze_beta": 1.0,
        "haze_light": "linear",
    },
    "blur": {
        "blur_kind": "motion",
        "blur_extent_px": 8.0,
        "blur_angle_deg": 30.0,
        "blur_light": "linear",
    },
    "rain": {
        "rain_density": 0.1,
        "rain_length_px": 20.0,
        "rain_angle_deg": 90.0,
        "rain_opacity": 0.5,
        "rain_light": "coded",
    },
    "noise": {"noise_sigma": 0.01, "noise_gain": 0.05, "noise_light": "linear"},
}


@pytest.fixture
def table() -> Table:
    """Makes a table: dictionaries of what differs from a clean photograph `a` found clean."""

    def make(*rows: dict[str, Any]) -> pl.DataFrame:
        plain: dict[str, Any] = {"part": "source", "source": "edge-default", "photograph": "a"}
        plain |= {f"{side}_{name}": 0.0 for side in ("true", "found") for name in DEGRADATIONS}
        return pl.DataFrame([{**plain, **row} for row in rows], schema=COLUMNS)

    return make


@pytest.fixture
def perfect(table: Table) -> pl.DataFrame:
    """Three photographs, every part; whatever is there is found exactly and with certainty."""
    parts: list[dict[str, Any]] = [{"part": "source", "source": name} for name in ("one", "two")]
    parts += [{"part": part, "short_side": 64} for part in ("size", "jpeg")]
    grids = [
        {**part, "photograph": photograph, "combination": name, **_told(name)}
        for part in parts
        for photograph in "abc"
        for name in COMBINATION_NAMES
    ]
    blends = [
        {"part": "blend", "photograph": photograph, "combination": name, "share": share}
        | {"expected": 80 * share}
        for photograph in "abc"
        for name in DEGRADATIONS
        for share in BLEND_SHARES
    ]
    clean = [
        {"part": "clean", "photograph": photograph, "look": look, "view": view, "undone": ""}
        for photograph in "abc"
        for look in LOOKS
        for view in VIEWS
    ]
    return table(*grids, *clean, *blends)


def _told(combination: str) -> dict[str, Any]:
    told: dict[str, Any] = {}
    for name in DEGRADATIONS:
        present = name in combination.split("+")
        told |= {f"probability_{name}": float(present), f"std_{name}": 0.0}
        for side in ("true", "found"):
            told[f"{side}_{name}"] = 50.0 * present
            if present:
                told |= {f"{side}_{key}": value for key, value in _PARAMETERS[name].items()}
    told |= {"map_error": 0.0} if "haze" in combination else {}
    told |= {"kernel_correlation": 1.0} if "blur" in combination else {}
    told |= {"wiener_true": 2.0, "wiener_found": 2.0} if combination == "blur" else {}
    return told
