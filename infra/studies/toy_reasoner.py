"""Shows that a reasoner of the Qwen tier learns: a small Qwen3-VL, from scratch, on a CPU.

    python infra/studies/toy_reasoner.py PHOTOS OUT --choosing PATTERN [--heldout HELDOUT]

makes the data, trains and measures. It goes on where it was stopped. Of the clean photographs in
`PHOTOS`, those that match the pattern are not learned from but measured, so that the length of the
training can be chosen without a look at `HELDOUT`. The photographs are degraded as in
`benchmark`, at 128 x 128 pixels. First the model learns to rate, which is one digit for each type,
in two parts, and then to write whole answers too. Its patch embedding begins as cosines, which a
model of this size would spend most of its time to find.
"""

import argparse
import math
import sys
from collections.abc import Iterator
from itertools import chain, islice
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
import torch
from reporting import report
from transformers import AutoModelForImageTextToText

from flows.synthesize import synthesize
from rr_tasks.evaluation.diagnosis.row import COLUMNS, diagnosis_row
from rr_tasks.evaluation.presence import tabulate_presence
from rr_tasks.reasoner.load import load_reasoner
from rr_tasks.shards.png import decode_png
from rr_tasks.shards.reader import done_shards
from rr_tasks.shards.stream import Sample, read_samples, unpack
from rr_tasks.threads import compute_in_threads
from rr_tasks.toys.reasoner import ToyShape, build_toy_reasoner
from rr_tasks.training.language_run import run_language_training
from schemas.parameters.language_training import TrainLanguageParameters
from schemas.parameters.synthesis import SynthesizeParameters
from schemas.prior.current import DEGRADATIONS
from schemas.prior.migrations import load_prior
from schemas.reasoner import QwenReasonerChoice
from schemas.recipe import BENCHMARK, EDGE_DEFAULT, DegradationRecipe, JpegRecipe

SIDE = 128
SHAPE = ToyShape(
    side=SIDE,
    width=192,
    layers=3,
    vision_width=128,
    vision_layers=2,
    vocabulary=1536,
)

EXPECTED = [f"expected_{name}" for name in DEGRADATIONS]

_LEARNED = EDGE_DEFAULT.model_copy(
    update={
        "name": f"benchmark-random-{SIDE}",
        "size": SIDE,
        "jpeg": JpegRecipe(probability=0.0),
    }
)
_MEASURED = BENCHMARK.model_copy(update={"name": f"benchmark-{SIDE}", "size": SIDE})

_FREQUENCIES = (0, 1, 2, 3, 5, 7, 9, 11, 13, 15)
_COLOURS = {  # of linear combinations of red, green and blue, and the frequencies to look at
    (1.0, 1.0, 1.0): [(u, v) for u in _FREQUENCIES for v in _FREQUENCIES],
    (1.0, -1.0, 0.0): [(u, v) for u in (0, 1, 9, 15) for v in (0, 1, 9, 15)][:14],
    (-0.5, -0.5, 1.0): [(u, v) for u in (0, 1, 9, 15) for v in (0, 1, 9, 15)][:14],
}


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
    data, all_but_some = output / "data", {"exclude": ("*",), "include": (given.choosing,)}
    learned = make_data(
        data, _LEARNED, photographs=given.photos, exclude=(given.choosing,), samples=16_384, seed=7
    )
    chosen = make_data(data, _MEASURED, photographs=given.photos, seed=2026, **all_but_some)
    start = output / "start"
    if not (start / "config.json").exists():
        build_start(start)
    begun = learn(learned, start, output / "rating", steps=700, rate=1e-3, ratings=1.0)
    rated = learn(learned, Path(begun), output / "more", steps=3500, rate=5e-4, ratings=1.0)
    fine = learn(learned, Path(rated), output / "further", steps=2000, rate=5e-4, ratings=1.0)
    made = learn(learned, Path(fine), output / "answers", steps=1500, rate=3e-4, ratings=0.5)
    sys.stdout.write(f"Chosen from PHOTOS\n{tabulate(made, chosen)}\n")
    if given.heldout:
        measured = make_data(data, _MEASURED, photographs=given.heldout, seed=2026)
        sys.stdout.write(f"HELDOUT\n{tabulate(made, measured)}\n")


def make_data(folder: Path, recipe: DegradationRecipe, **settings: Any) -> str:
    """Synthesize a data set by a recipe, and return its folder."""
    folder.mkdir(parents=True, exist_ok=True)
    written = folder / f"{recipe.name}.json"
    written.write_text(recipe.model_dump_json(indent=2, exclude_defaults=True))
    return synthesize(
        SynthesizeParameters(
            output=str(folder), recipe=str(written), shard_size=512, workers=1, **settings
        )
    )


def build_start(folder: Path) -> None:
    """Write the model that learning starts from."""
    build_toy_reasoner(folder, SHAPE)
    model = AutoModelForImageTextToText.from_pretrained(folder)
    filters = torch.from_numpy(draw_cosines(SHAPE.patch))
    with torch.no_grad():  # both frames of a still are the same
        model.model.visual.patch_embed.proj.weight.copy_(filters[:, :, None] / 2)
    model.save_pretrained(folder)


def draw_cosines(side: int) -> npt.NDArray[np.float32]:
    """Draw filters (128, 3, side, side): products of cosines in light and in two colours.

    Fine ones are as much stronger as fine detail is weaker in photographs.
    """
    places = (np.arange(side) + 0.5) / side
    filters = []
    for colour, waves in _COLOURS.items():
        for u, v in waves:
            wave = np.outer(np.cos(math.pi * u * places), np.cos(math.pi * v * places))
            whole = np.array(colour)[:, None, None] * wave
            gain = (1 + math.hypot(u, v)) ** 1.2 / 6
            filters.append(gain * whole / np.linalg.norm(whole))
    return np.stack(filters).astype(np.float32)


def learn(
    shards: str, start: Path, output: Path, *, steps: int, rate: float, ratings: float
) -> str:
    """Train all weights, and return the folder of the model."""
    return run_language_training(
        TrainLanguageParameters(
            shards=shards,
            output=str(output),
            start=str(start),
            learn="full",
            attention="eager",
            checkpointing=False,
            rating_share=ratings,
            measured_scenes=True,
            steps=steps,
            batch_size=32,
            accumulate=1,
            learning_rate=rate,
        ),
        report(output.name),
    )


def tabulate(folder: str, shards: str) -> pl.DataFrame:
    """Measure a model, beside one that always says that all types have a severity of 55.

    Of the answers, `whole` is the share that are whole JSON objects of the schema, and `agreeing`
    the share whose reasoning also agrees with the findings; only these are compared. `expected` is
    the mean error of the expected severities where the type is present.
    """
    reasoner = load_reasoner(QwenReasonerChoice(model=folder, batch_size=64, attention="eager"))
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
