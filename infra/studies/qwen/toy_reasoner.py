"""Shows that a reasoner of the Qwen tier learns: a small Qwen3-VL, from scratch, on a CPU.

    python infra/studies/qwen/toy_reasoner.py PHOTOS OUT --choosing PATTERN [--heldout HELDOUT]

makes the data, trains and measures. It goes on where it was stopped. Of the clean photographs in
`PHOTOS`, those that match the pattern are not learned from. Without `HELDOUT` they are measured, so
that all can be chosen without a look at it. The photographs are degraded as in
`benchmark`, at 192 x 192 pixels. First the vision tower learns to see (`seeing`). Then the language
model learns to rate, which is one digit for each type, and to write whole answers, by an adapter of
nearly full rank, so that the tower keeps what it learned.
"""

import argparse
import sys
from collections.abc import Iterator
from itertools import chain, islice
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from seeing import report, tabulate_sight, teach_to_see
from small_qwen import SIDE, build_start
from squares import cut_squares

from flows.synthesize import synthesize
from rr_tasks.evaluation.diagnosis.row import COLUMNS, diagnosis_row
from rr_tasks.evaluation.presence import tabulate_presence
from rr_tasks.reasoner.load import load_reasoner
from rr_tasks.shards.png import decode_png
from rr_tasks.shards.reader import done_shards
from rr_tasks.shards.stream import Sample, read_samples, unpack
from rr_tasks.threads import compute_in_threads
from rr_tasks.training.language_run import run_language_training
from schemas.parameters.language_training import TrainLanguageParameters
from schemas.parameters.synthesis import SynthesizeParameters
from schemas.prior.current import DEGRADATIONS
from schemas.prior.migrations import load_prior
from schemas.reasoner import QwenReasonerChoice
from schemas.recipe import BENCHMARK
from schemas.training import LoopSettings

RECIPE = BENCHMARK.model_copy(update={"name": f"benchmark-{SIDE}", "size": SIDE})
SEEING = LoopSettings(steps=6000, batch_size=32, learning_rate=2e-3, warmup_steps=100)

_BATCH = 64

EXPECTED = [f"expected_{name}" for name in DEGRADATIONS]


def main() -> None:
    """See the module."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("photos", "output"):
        parser.add_argument(name)
    parser.add_argument("--choosing", metavar="PATTERN", required=True)
    parser.add_argument("--heldout")
    given = parser.parse_args()
    compute_in_threads(1)
    output = Path(given.output)
    data = output / "data"
    squares = cut_squares(Path(given.photos), output / "squares", RECIPE, leave_out=given.choosing)
    learned = make_data(data, photographs=str(squares), seed=7)
    start = build_start(output / "start")
    seeing = teach_to_see(start, learned, output / "seeing", SEEING)
    written = learn_to_write(learned, seeing, output / "answers")
    chosen = {"exclude": ("*",), "include": (given.choosing,)}
    measured = make_data(
        data,
        photographs=given.heldout or given.photos,
        seed=2026,
        **({} if given.heldout else chosen),
    )
    sight = tabulate_sight(seeing, read_batches(measured, _BATCH))
    sys.stdout.write(f"What the vision tower sees\n{sight}\n")
    sys.stdout.write(f"What the model writes\n{tabulate(seeing, written, measured)}\n")


def make_data(folder: Path, **settings: Any) -> str:
    """Synthesize squares as in `benchmark`, and return the folder of the data set."""
    folder.mkdir(parents=True, exist_ok=True)
    written = folder / f"{RECIPE.name}.json"
    written.write_text(RECIPE.model_dump_json(indent=2, exclude_defaults=True))
    return synthesize(
        SynthesizeParameters(
            output=str(folder), recipe=str(written), shard_size=1024, workers=1, **settings
        )
    )


def learn_to_write(shards: str, start: Path, output: Path) -> str:
    """Train the language model, and return the folder of the adapter."""
    return run_language_training(
        TrainLanguageParameters(
            shards=shards,
            output=str(output),
            start=str(start),
            learn="adapter",
            rank=128,
            attention="eager",
            checkpointing=False,
            rating_share=0.3,
            measured_scenes=True,
            steps=2000,
            batch_size=16,
            accumulate=1,
            learning_rate=2e-3,
        ),
        report(output.name),
    )


def tabulate(folder: Path, adapter: str, shards: str) -> pl.DataFrame:
    """Measure a model, beside one that always says that all types have a severity of 55.

    Of the answers, `whole` is the share that are whole JSON objects of the schema, and `agreeing`
    the share whose reasoning also agrees with the findings; only these are compared. `expected` is
    the mean error of the expected severities where the type is present.
    """
    reasoner = load_reasoner(
        QwenReasonerChoice(model=str(folder), adapter=adapter, batch_size=_BATCH, attention="eager")
    )
    rows = []
    for batch in read_batches(shards, reasoner.batch_size):
        images = [unpack(sample, "degraded.png", decode_png) for sample in batch]
        answers, expected = reasoner.diagnose_all(images), reasoner.expected_severities(images)
        for sample, answer, severities in zip(batch, answers, expected, strict=True):
            row = diagnosis_row(unpack(sample, "prior.json", load_prior), answer)
            rows.append(row | dict(zip(EXPECTED, severities.tolist(), strict=True)))
    table = pl.DataFrame(rows, {**COLUMNS, **dict.fromkeys(EXPECTED, pl.Float64)})
    reasons = [reason or "" for reason in table["undiagnosed"]]
    return tabulate_presence(table).select(
        "type",
        "balanced_accuracy",
        "severity_error",
        constant=pl.Series([error_of(table, name, pl.lit(55.0)) for name in DEGRADATIONS]),
        expected=pl.Series(
            [error_of(table, name, pl.col(f"expected_{name}")) for name in DEGRADATIONS]
        ),
        whole=pl.lit(np.mean([not reason.startswith("no ") for reason in reasons])),
        agreeing=pl.lit(np.mean([not reason for reason in reasons])),
    )


def read_batches(shards: str, size: int) -> Iterator[list[Sample]]:
    """Read all samples of a data set."""
    samples = chain.from_iterable(
        read_samples(shards, marker.shard, "degraded.png", "prior.json")
        for marker in done_shards(shards)
    )
    while batch := list(islice(samples, size)):
        yield batch


def error_of(table: pl.DataFrame, name: str, found: pl.Expr) -> float:
    """Compute the mean absolute error of severities where the type is present."""
    present = table.filter(pl.col(f"true_{name}") > 0)
    errors = present.select((found - pl.col(f"true_{name}")).abs()).to_numpy()
    return float(errors.mean())


if __name__ == "__main__":
    main()
