"""Adds up what the answers in a folder cost."""

from typing import NamedTuple

import polars as pl

from rr_tasks.shards.reader import finished_shards, sidecar_url
from rr_tasks.storage.tables import read_tables


class Spending(NamedTuple):
    """How many samples have answers, how many of them are no use, and what servers took for all.

    `cost` is in the currency of the prices given; None if there were none.
    """

    answers: int
    failed: int
    prompt_tokens: int
    completion_tokens: int
    cost: float | None


def add_up(folder: str) -> Spending:
    """Add up the rows of annotations, or of truths with scenes.

    Raises:
        DamagedTableError: a sidecar cannot be read; the message names it.
    """
    urls = [sidecar_url(folder, shard) for shard in sorted(finished_shards(folder))]
    columns = dict.fromkeys(("prompt_tokens", "completion_tokens", "cost"), pl.Float64)
    empty = pl.DataFrame(schema={"status": pl.String, **columns})
    wanted = (
        rows.select(pl.col(*(set(rows.columns) & set(empty.columns)))) for rows in read_tables(urls)
    )
    rows = pl.concat([empty, *wanted], how="diagonal_relaxed")
    priced = rows["cost"].drop_nulls()
    return Spending(
        answers=len(rows),
        failed=int((rows["status"] == "failed").sum()),
        prompt_tokens=int(rows["prompt_tokens"].sum()),
        completion_tokens=int(rows["completion_tokens"].sum()),
        cost=float(priced.sum()) if len(priced) else None,
    )
