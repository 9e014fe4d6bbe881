"""Measures the errors of physical parameters where a degradation was rightly found."""

from collections.abc import Sequence

import polars as pl


def parameter_errors(rows: pl.DataFrame) -> pl.DataFrame:
    """Measure the errors of each parameter.

    Args:
        rows: columns of `rr_tasks.evaluation.diagnosis.row.COLUMNS`; parameters are null where the
            type is absent or was not found.

    Returns:
        For each recipe and parameter: `unit`, `samples`, and the `mean` and the `median` of the
            absolute error. For airlight, the error is the mean over the three channels; for an
            angle, the distance between the axes, at most 90 degrees, where both sides have one; for
            the kind of blur, 1 if it is wrong, so that the mean is the share of wrong kinds.
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


def _error(name: str) -> pl.Expr:
    return (pl.col(f"found_{name}") - pl.col(f"true_{name}")).abs()


def _relative_error(name: str) -> pl.Expr:
    return _error(name) / pl.col(f"true_{name}")


def _mismatch(name: str) -> pl.Expr:
    return (pl.col(f"found_{name}") != pl.col(f"true_{name}")).cast(pl.Float64)


def _axis_error(name: str) -> pl.Expr:
    between = _error(name) % 180
    return pl.min_horizontal(between, 180 - between)


def _select_motion(error: pl.Expr) -> pl.Expr:
    """Select motion: a gaussian that is nearly round has an axis too, but nobody can see it."""
    return pl.when(pl.col("true_blur_kind") == "motion").then(error)


def _mean_error(names: Sequence[str]) -> pl.Expr:
    return pl.mean_horizontal([_error(name) for name in names])


_ERRORS: dict[str, tuple[str, pl.Expr]] = {
    "haze transmission": ("0-1", _error("haze_transmission")),
    "haze airlight": ("0-1, sRGB", _mean_error([f"haze_light_{channel}" for channel in "rgb"])),
    "blur extent": ("px", _error("blur_extent_px")),
    "blur extent, relative": ("of the true one", _relative_error("blur_extent_px")),
    "blur kind": ("wrong or not", _mismatch("blur_kind")),
    "blur angle": ("degrees", _axis_error("blur_angle_deg")),
    "blur angle, motion": ("degrees", _select_motion(_axis_error("blur_angle_deg"))),
    "rain density": ("0-1", _error("rain_density")),
    "rain length": ("px", _error("rain_length_px")),
    "rain angle": ("degrees", _axis_error("rain_angle_deg")),
    "rain opacity": ("0-1", _error("rain_opacity")),
    "noise sigma": ("0-1, linear", _error("noise_sigma")),
    "noise deviation": ("0-1, linear", _error("noise_deviation")),
}
"""Parameter -> unit of its error, and the error: null unless both sides have the parameter."""
