"""A short look at how well a reasoner diagnoses part of a data set, while it is being trained."""

from itertools import chain, islice

import polars as pl

from rr_tasks.evaluation.diagnosis.row import COLUMNS, diagnosis_row
from rr_tasks.evaluation.presence import tabulate_presence
from rr_tasks.reasoner.diagnosis import diagnose_each
from rr_tasks.reasoner.protocol import Reasoner
from rr_tasks.shards.png import decode_png
from rr_tasks.shards.reader import done_shards
from rr_tasks.shards.stream import read_samples, unpack
from schemas.prior.migrations import load_prior


def examine(reasoner: Reasoner, shards: str, samples: int) -> pl.DataFrame:
    """Let a reasoner diagnose the first samples of a data set and compare with the truth.

    Args:
        reasoner: what is measured.
        shards: URL of the data set.
        samples: how many; all if there are fewer.

    Returns:
        The figures of each type; see `rr_tasks.evaluation.presence.tabulate_presence`.

    Raises:
        NoShardsError, ShardDamagedError: the data set is missing or damaged.
    """
    numbers = [marker.shard for marker in done_shards(shards)]
    stream = chain.from_iterable(
        read_samples(shards, number, "degraded.png", "prior.json") for number in numbers
    )
    rows = []
    chosen = islice(stream, samples)
    while batch := list(islice(chosen, reasoner.batch_size)):
        images = [unpack(sample, "degraded.png", decode_png) for sample in batch]
        truths = [unpack(sample, "prior.json", load_prior) for sample in batch]
        answers = diagnose_each(reasoner, images)
        rows += [diagnosis_row(*pair) for pair in zip(truths, answers, strict=True)]
    return tabulate_presence(pl.DataFrame(rows, COLUMNS))


def summarize(figures: pl.DataFrame) -> dict[str, float]:
    """Return the means over all types, for a log, and how many samples have no diagnosis."""
    means = figures.select(
        pl.col("balanced_accuracy", "severity_error").mean(), pl.col("undiagnosed").max()
    )
    return {name: float(value or 0.0) for name, value in means.row(0, named=True).items()}
