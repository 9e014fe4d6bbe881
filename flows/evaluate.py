"""Held-out photographs -> tables of image quality and of diagnosis, for given weights."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import polars as pl

from flows.evaluation_set import make_evaluation_set
from flows.host import host
from flows.markdown import SHEET_SIDE, write_place
from flows.progress import follow
from flows.shards import share_shards
from rr_tasks.engine import check_engine
from rr_tasks.evaluation.images.artefacts.table import tabulate_artefacts
from rr_tasks.evaluation.images.examples import draw_examples
from rr_tasks.evaluation.images.gallery.exhibits import hang
from rr_tasks.evaluation.images.gallery.page import draw_gallery, render_gallery
from rr_tasks.evaluation.images.metrics import quality_table
from rr_tasks.evaluation.images.outline import outline
from rr_tasks.evaluation.images.sets import DEGRADED
from rr_tasks.evaluation.images.shard import (
    find_evaluated,
    list_lost,
    read_evaluation,
    rows_folder,
)
from rr_tasks.evaluation.images.trial import Trial, open_trial
from rr_tasks.evaluation.presence import count_undiagnosed, tabulate_presence
from rr_tasks.evaluation.published import list_published
from rr_tasks.evaluation.tasks import compare_shard_task, evaluate_shard_task
from rr_tasks.inspection.data_uri import shrink_picture
from rr_tasks.plural import say_count
from rr_tasks.shards.reader import done_shards, failed_inputs
from rr_tasks.storage.files import (
    exists,
    join,
    name_of,
    publish_all,
    publish_bytes,
    read_bytes,
)
from rr_tasks.storage.held import Held
from rr_tasks.storage.leftovers import remove_leftovers
from rr_tasks.storage.tables import publish_csv
from schemas.parameters.evaluation import EvaluateParameters


@dataclass(frozen=True)
class Evaluation:
    """The rows of all samples, the tables made from them, and where they are written.

    `failed` has a row, `source` and `error`, for each photograph or sample that could not be used,
    and `undiagnosed` has one, `reason` and `samples`, for each reason why the reasoner gave no
    answer. `comparison` is the one with baselines, if it was asked for, and `published` holds what
    others published on the benchmark.
    """

    rows: pl.DataFrame
    failed: pl.DataFrame
    undiagnosed: pl.DataFrame
    quality: pl.DataFrame
    artefacts: pl.DataFrame
    diagnosis: pl.DataFrame
    comparison: pl.DataFrame | None
    published: pl.DataFrame | None
    folder: str
    shards: str


def evaluate(parameters: EvaluateParameters) -> Evaluation:
    """Diagnose and restore degraded photographs whose clean partners are known, and compare."""
    check_engine(parameters.reasoner, parameters.restorer)
    shards = make_evaluation_set(parameters)
    trial = open_trial(shards, parameters)
    folder = rows_folder(parameters.output, trial)
    remove_leftovers(folder)
    share = partial(_share_shards, parameters, shards, folder)
    urls = share(evaluate_shard_task, find_evaluated, label="Evaluate")
    rows = read_evaluation(urls)
    tables = {
        "quality": quality_table(rows),
        "artefacts": tabulate_artefacts(rows),
        "diagnosis": tabulate_presence(rows),
    }
    comparison = _compare(share) if parameters.baselines else None
    tested = name_of(parameters.restorer.label)
    about = f"{tested} on {say_count(len(rows), 'sample')}"
    _show_pictures(trial, rows, folder, about)
    _publish(tables if comparison is None else {**tables, "comparison": comparison}, folder, about)
    failed = pl.concat([failed_inputs(shards), list_lost(urls, shards)])
    _conclude(tables["quality"], len(rows), len(failed))
    return Evaluation(
        rows=rows,
        failed=failed,
        undiagnosed=count_undiagnosed(rows),
        **tables,
        comparison=comparison,
        published=parameters.benchmark and list_published(parameters.benchmark),
        folder=folder,
        shards=shards,
    )


def _share_shards(
    parameters: EvaluateParameters,
    shards: str,
    folder: str,
    task: Callable[..., str | Held],
    find: Callable[[str, Sequence[int]], Mapping[int, str]],
    *,
    label: str,
) -> list[str]:
    """Run a task for each shard whose rows are not in the folder yet, and return their URLs."""
    samples = {marker.shard: marker.samples for marker in done_shards(shards)}
    finished = find(folder, list(samples))
    before = sum(samples[shard] for shard in finished)
    with follow(label, sum(samples.values()), before=before):
        return share_shards(
            task,
            list(samples),
            shards,
            folder,
            parameters,
            label=None,
            workers=parameters.workers,
            finished=finished,
            gpu="qwen" in {parameters.reasoner.kind, parameters.restorer.kind},
        )


def _compare(share: Callable[..., list[str]]) -> pl.DataFrame:
    # Late, because only this needs scikit-image.
    from rr_tasks.evaluation.images.comparison import compare_methods, find_compared  # noqa: PLC0415

    return compare_methods(share(compare_shard_task, find_compared, label="Compare with baselines"))


def _show_pictures(trial: Trial, rows: pl.DataFrame, folder: str, about: str) -> None:
    examples, page, sheet = (
        join(folder, name) for name in ("examples.jpg", "gallery.html", "gallery.jpg")
    )
    if not exists(examples):
        publish_bytes(draw_examples(trial, rows), examples)
    if not (exists(page) and exists(sheet)):
        exhibits = hang(trial, rows)
        publish_all({page: render_gallery(exhibits, about), sheet: draw_gallery(exhibits)})


def _publish(tables: dict[str, pl.DataFrame], folder: str, about: str) -> None:
    for name, table in tables.items():
        publish_csv(table, join(folder, f"{name}.csv"))
        shown = outline(table) if name == "comparison" else table.select(_SHOWN.get(name, pl.all()))
        whole = f"{name}.csv has all of it"
        host().publish_table(name, shown.to_dicts(), f"{name.capitalize()} of {about}; {whole}")
    picture = shrink_picture(read_bytes(join(folder, "examples.jpg")), SHEET_SIDE)
    note = (
        f"Degraded, restored, clean:\n\n![examples]({picture})\n\nAll of it: {write_place(folder)}"
    )
    host().publish_note("examples", note, f"Examples of {about}")


_SHOWN = {
    "quality": ("set", "samples", "psnr_before", "psnr_after", "share_worse", "severity_after"),
    "diagnosis": (
        "type",
        "samples",
        "recall",
        "specificity",
        "balanced_accuracy",
        "severity_error",
    ),
}
"""Columns that people look at first; files have all of them."""


def _conclude(quality: pl.DataFrame, samples: int, failed: int) -> None:
    (degraded,) = quality.filter(pl.col("set") == DEGRADED).to_dicts() or [{}]
    before, after = degraded.get("psnr_before"), degraded.get("psnr_after")
    gained = f"PSNR {before:.2f} -> {after:.2f} dB" if before and after else "nothing was restored"
    lost = f", {failed:,} failed" if failed else ""
    host().conclude(f"{say_count(samples, 'sample')}: {gained}{lost}", failed=failed)
