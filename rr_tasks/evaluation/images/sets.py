"""The sets of samples for which figures are published."""

import polars as pl

from schemas.prior.current import DEGRADATIONS

DEGRADED = "all degraded"


def divide(rows: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """Divide restored samples into sets, which overlap.

    Args:
        rows: columns of `rr_tasks.evaluation.images.shard.COLUMNS`; samples that were not restored,
            with a null `psnr_after`, are left out.

    Returns:
        The rows of each combination, of all that contain a type (`with haze` ...), and of all
        degraded ones.
    """
    restored = rows.drop_nulls("psnr_after")
    degraded = restored.filter(pl.col("combination") != "clean")
    combinations = rows["combination"].unique(maintain_order=True)
    return {
        **{name: restored.filter(combination=name) for name in combinations},
        **{f"with {name}": degraded.filter(pl.col(f"true_{name}") > 0) for name in DEGRADATIONS},
        DEGRADED: degraded,
    }
