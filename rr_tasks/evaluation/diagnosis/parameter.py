"""Measures the errors of physical parameters where a degradation was rightly found."""

from collections.abc import Iterator

import polars as pl

from rr_tasks.evaluation.diagnosis.quantity import QUANTITIES, Quantity

_AXIAL_KIND = "motion"
"""The kind whose axis can be seen: a gaussian is often nearly round, and a disc has none."""


def parameter_errors(rows: pl.DataFrame) -> pl.DataFrame:
    """Measure the errors of each parameter.

    Args:
        rows: columns of `rr_tasks.evaluation.diagnosis.row.COLUMNS`; parameters are null where the
            type is absent or was not found.

    Returns:
        For each source and parameter: `unit`, `samples`, and the `mean` and the `median` of the
            absolute error. For a colour, the error is the mean over the three channels; for an
            axis, the distance, at most 90 degrees, where the type has no kinds or moves; for a
            word, such as the kind of blur, 1 if it is wrong, so that the mean is the share of wrong
            ones. Numbers and colours are compared where both sides name the same light.
    """
    named = {(name, unit): error for one in QUANTITIES for name, unit, error in _errors(one)}
    errors = rows.select("source", **{name: error for (name, _), error in named.items()})
    units = pl.DataFrame(list(named), schema=["parameter", "unit"], orient="row")
    long = errors.unpivot(index="source", variable_name="parameter", value_name="error")
    found = long.group_by("source", "parameter", maintain_order=True).agg(
        samples=pl.col("error").count(),
        mean=pl.col("error").mean(),
        median=pl.col("error").median(),
    )
    return found.join(units, on="parameter", maintain_order="left").select(
        "source", "parameter", "unit", "samples", "mean", "median"
    )


def _errors(one: Quantity) -> Iterator[tuple[str, str, pl.Expr]]:
    """Yield name, unit and error, which is null unless both sides have the parameter."""
    label = f"{one.type} {one.field.replace('_px', '').replace('_deg', '').replace('_', ' ')}"
    error = pl.mean_horizontal([_difference(column) for column in one.columns])
    match one.measure:
        case "word":
            yield label, "share wrong", _differs(one.columns[0]).cast(pl.Float64)
        case "axis":
            yield label, "degrees", _where_seen(one.type, _between_axes(one.columns[0]))
        case "length":
            yield label, "px", error
            yield f"{label}, relative", "of the true one", error / pl.col(f"true_{one.columns[0]}")
        case _:
            yield label, "of 0-1", _in_one_light(one.type, error)


def _difference(column: str) -> pl.Expr:
    return (pl.col(f"found_{column}") - pl.col(f"true_{column}")).abs()


def _differs(column: str) -> pl.Expr:
    return pl.col(f"found_{column}") != pl.col(f"true_{column}")


def _between_axes(column: str) -> pl.Expr:
    between = _difference(column) % 180
    return pl.min_horizontal(between, 180 - between)


def _where_seen(name: str, error: pl.Expr) -> pl.Expr:
    if not _has(name, "kind"):
        return error
    kinds = [pl.col(f"{side}_{name}_kind") for side in ("true", "found")]
    return pl.when(kinds[0] == _AXIAL_KIND, kinds[1] != "defocus").then(error)


def _in_one_light(name: str, error: pl.Expr) -> pl.Expr:
    return pl.when(~_differs(f"{name}_light")).then(error) if _has(name, "light") else error


def _has(name: str, field: str) -> bool:
    return any(one.type == name and one.field == field for one in QUANTITIES)
