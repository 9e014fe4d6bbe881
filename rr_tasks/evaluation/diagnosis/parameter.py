"""Measures the errors of physical parameters where a degradation is present and was found."""

from collections.abc import Sequence

import polars as pl


def parameter_errors(rows: pl.DataFrame) -> pl.DataFrame:
    """Measure the errors of each parameter.

    Args:
        rows: columns of `rr_tasks.evaluation.diagnosis.row.COLUMNS`; parameters are null where
            the type is absent, or was not found.

    Returns:
        For each recipe and parameter: `unit`, `samples`, and the `mean` and the `median` of the
        absolute error. Of airlight that is the mean of the three channels; of an angle the
        distance of axes, at most 90 degrees, where both sides have one; of the blur's kind the
        error is 1 where it is wrong, so that its mean is the share of wrong kinds.
    """
    errors = rows.select("recipe", **{name: error for name, (_, error) in _ERRORS.items()})
    units = pl.DataFrame(
        [(name, unit) for name, (unit, _) in _ERRORS.items()],
        schema=["parameter", "unit"],
        orient="row",
    )
    long = errors.unpivot(index="recipe", variable_name="parameter", value_name="error")
    found = long.group_by("recipe", "parameter", maintain_order=True).agg(
        samples=pl.col("error").count(),
        mean=pl.col("error").mean(),
        median=pl.col("error").median(),
    )
    return found.join(units, on="parameter", maintain_order="left").select(
        "recipe", "parameter", "unit", "samples", "mean", "median"
    )


def _off(name: str) -> pl.Expr:
    return (pl.col(f"found_{name}") - pl.col(f"true_{name}")).abs()


def _share_off(name: str) -> pl.Expr:
    return _off(name) / pl.col(f"true_{name}")


def _other(name: str) -> pl.Expr:
    return (pl.col(f"found_{name}") != pl.col(f"true_{name}")).cast(pl.Float64)


def _turned(name: str) -> pl.Expr:
    between = _off(name) % 180
    return pl.min_horizontal(between, 180 - between)


def _if_motion(error: pl.Expr) -> pl.Expr:
    """A gaussian that is nearly round has an axis, but nobody can see it."""
    return pl.when(pl.col("true_blur_kind") == "motion").then(error)


def _mean_off(names: Sequence[str]) -> pl.Expr:
    return pl.mean_horizontal([_off(name) for name in names])


_ERRORS: dict[str, tuple[str, pl.Expr]] = {
    "haze transmission": ("0-1", _off("haze_transmission")),
    "haze airlight": ("0-1, sRGB", _mean_off([f"haze_light_{channel}" for channel in "rgb"])),
    "blur extent": ("px", _off("blur_extent_px")),
    "blur extent, relative": ("of the true one", _share_off("blur_extent_px")),
    "blur kind": ("wrong or not", _other("blur_kind")),
    "blur angle": ("degrees", _turned("blur_angle_deg")),
    "blur angle, motion": ("degrees", _if_motion(_turned("blur_angle_deg"))),
    "rain density": ("0-1", _off("rain_density")),
    "rain length": ("px", _off("rain_length_px")),
    "rain angle": ("degrees", _turned("rain_angle_deg")),
    "rain opacity": ("0-1", _off("rain_opacity")),
    "noise sigma": ("0-1, linear", _off("noise_sigma")),
    "noise deviation": ("0-1, linear", _off("noise_deviation")),
}
"""Parameter -> unit of its error, and the error: null unless both sides have the parameter."""
