"""Tables of artefacts: how large they are on average, and how large in the worst cases."""

import polars as pl

from rr_tasks.evaluation.images.artefacts.catalogue import ARTEFACTS
from rr_tasks.evaluation.images.sets import divide

WORST = 0.95
"""One photograph in twenty is worse than this."""


def tabulate_artefacts(rows: pl.DataFrame) -> pl.DataFrame:
    """Compute the size of each artefact in each set of samples.

    Args:
        rows: columns of `rr_tasks.evaluation.images.shard.COLUMNS`.

    Returns:
        A row for each set and artefact: the number of `samples` in which it can be measured, the
        means of the degraded (`before`) and of the restored photographs (`after`), and what one
        restored photograph in twenty exceeds (`worst`).
    """
    return pl.concat(
        _tabulate(part, group, name) for group, part in divide(rows).items() for name in ARTEFACTS
    )


def _tabulate(rows: pl.DataFrame, group: str, name: str) -> pl.DataFrame:
    after = pl.col(f"{name}_after")
    return rows.drop_nulls(f"{name}_after").select(
        pl.lit(group).alias("set"),
        pl.lit(name).alias("artefact"),
        pl.len().alias("samples"),
        pl.col(f"{name}_before").mean().alias("before"),
        after.mean().alias("after"),
        after.quantile(WORST).alias("worst"),
    )
