"""Held-out photographs -> tables of image quality and of diagnosis, for given weights."""

from dataclasses import dataclass

import polars as pl

from flows.host import host
from flows.search import search
from flows.shards import share_shards
from rr_tasks.degrade.synthesis import open_dataset, plan_synthesis
from rr_tasks.degrade.tasks import synthesize_shard_task
from rr_tasks.evaluation.images.artefacts.table import tabulate_artefacts
from rr_tasks.evaluation.images.examples import draw_examples
from rr_tasks.evaluation.images.metrics import quality_table
from rr_tasks.evaluation.images.shard import (
    find_evaluated,
    list_lost,
    read_evaluation,
    rows_folder,
)
from rr_tasks.evaluation.images.trial import open_trial
from rr_tasks.evaluation.presence import count_undiagnosed, tabulate_presence
from rr_tasks.evaluation.tasks import evaluate_shard_task
from rr_tasks.plural import say_count
from rr_tasks.shards.reader import failed_inputs, finished_shards
from rr_tasks.storage.files import exists, join, name_of, publish_bytes
from rr_tasks.storage.leftovers import remove_leftovers
from schemas.parameters import EvaluateParameters
from schemas.recipe import RECIPES
from schemas.shard import shard_count

_SHARD_SIZE = 32


@dataclass(frozen=True)
class Evaluation:
    """The rows of all samples, the tables made from them, and where they are written.

    `failed` has a row, `source` and `error`, for each photograph or sample that could not be used,
    and `undiagnosed` has one, `reason` and `samples`, for each reason why the reasoner gave no
    answer.
    """

    rows: pl.DataFrame
    failed: pl.DataFrame
    undiagnosed: pl.DataFrame
    quality: pl.DataFrame
    artefacts: pl.DataFrame
    diagnosis: pl.DataFrame
    folder: str
    shards: str


def evaluate(parameters: EvaluateParameters) -> Evaluation:
    """Degrade held-out photographs in all 15 ways, diagnose, restore, and compare."""
    root = join(parameters.output, "shards")
    spec, photographs = search(
        plan_synthesis,
        parameters.photographs,
        RECIPES[parameters.recipe],
        parameters.seed,
        None,
        _SHARD_SIZE,
        output=root,
    )
    shards = open_dataset(root, spec, photographs)
    numbers = range(shard_count(spec))
    share_shards(
        synthesize_shard_task,
        numbers,
        shards,
        spec,
        parameters.photographs,
        label="Make evaluation set",
        workers=parameters.workers,
        finished=finished_shards(shards),
    )
    trial = open_trial(shards, parameters)
    folder = rows_folder(parameters.output, trial)
    remove_leftovers(folder)
    urls = share_shards(
        evaluate_shard_task,
        numbers,
        shards,
        folder,
        parameters,
        label="Evaluate",
        workers=parameters.workers,
        finished=find_evaluated(folder, numbers),
    )
    rows = read_evaluation(urls)
    tables = {
        "quality": quality_table(rows),
        "artefacts": tabulate_artefacts(rows),
        "diagnosis": tabulate_presence(rows),
    }
    if not exists(examples := join(folder, "examples.jpg")):
        publish_bytes(draw_examples(trial, rows), examples)
    tested = name_of(parameters.restorer or "the shipped restorer")
    for name, table in tables.items():
        publish_bytes(table.write_csv(float_precision=4).encode(), join(folder, f"{name}.csv"))
        about = f"{name} of {tested} on {say_count(len(rows), 'sample')}"
        host().publish_table(name, table.to_dicts(), about)
    return Evaluation(
        rows=rows,
        failed=pl.concat([failed_inputs(shards), list_lost(urls, shards)]),
        undiagnosed=count_undiagnosed(rows),
        **tables,
        folder=folder,
        shards=shards,
    )
