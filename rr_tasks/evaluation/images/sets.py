"""The sets of samples for which figures are published."""

import polars as pl

from schemas.prior.current import DEGRADATIONS

DEGRADED = "all degraded"

OUTLINED = (*DEGRADATIONS, *(f"with {name}" for name in DEGRADATIONS), DEGRADED)
"""The sets that people look at first: each type alone, all that contain it, and all."""


def divide(rows: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """Divide samples into sets, which overlap.

    Args:
        rows: `combination`, and `true_X` with the severity of each type X, 0 where it is absent.

    Returns:
        The rows of each combination, of all that contain a type (`with haze` ...), and of all
        degraded ones.
    """
    degraded = rows.filter(pl.col("combination") != "clean")
    combinations = rows["combination"].unique(maintain_order=True)
    return {
        **{name: rows.filter(combination=name) for name in combinations},
        **{f"with {name}": degraded.filter(pl.col(f"true_{name}") > 0) for name in DEGRADATIONS},
        DEGRADED: degraded,
    }
