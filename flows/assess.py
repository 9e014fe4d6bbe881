"""Held-out photographs -> every figure of a reasoner, with intervals, and a page about them."""

from dataclasses import dataclass

import polars as pl

from flows.host import host
from flows.markdown import write_place, write_table
from flows.search import search
from flows.shards import share_shards
from rr_tasks.evaluation.diagnosis.figures import Figures, compute_figures
from rr_tasks.evaluation.diagnosis.prediction import (
    find_predictions,
    list_failed_photographs,
    plan_assessment,
    predictions_folder,
    read_predictions,
    shard_numbers,
)
from rr_tasks.evaluation.diagnosis.report import write_assessment
from rr_tasks.evaluation.diagnosis.section import Section, make_sections
from rr_tasks.evaluation.diagnosis.source import find_pairs, find_recipes, tell_training
from rr_tasks.evaluation.diagnosis.tasks import predict_task
from rr_tasks.evaluation.presence import count_undiagnosed
from rr_tasks.plural import say_count
from rr_tasks.reasoner.load import load_reasoner
from rr_tasks.storage.leftovers import remove_leftovers
from rr_tasks.weights.file import locate_shipped
from rr_tasks.weights.lineage import read_folder_sources, read_sources
from schemas.parameters.assessment import AssessParameters
from schemas.reasoner import ReasonerChoice


@dataclass(frozen=True)
class Assessment:
    """The figures, the same as text, and the page.

    `failed` has a row, `source` and `error`, for each photograph that could not be used, and
    `undiagnosed` one, `reason` and `samples`, for each reason why the reasoner had no answer.
    """

    figures: Figures
    sections: list[Section]
    page: str
    failed: pl.DataFrame
    undiagnosed: pl.DataFrame


def assess(parameters: AssessParameters) -> Assessment:
    """Predict everything once, then count."""
    recipes, pairs = find_recipes(parameters.sources), find_pairs(parameters.sources)
    trained = _read_sources(parameters.reasoner)
    spec, photographs = search(
        plan_assessment,
        parameters.photographs,
        parameters.output,
        reasoner=load_reasoner(parameters.reasoner).identity,
        recipes=recipes,
        pairs=list(pairs.values()),
        rounds=parameters.rounds,
        short_sides=parameters.short_sides,
        seed=parameters.seed,
    )
    folder = predictions_folder(parameters.output, spec)
    for place in (parameters.output, folder):
        remove_leftovers(place)
    photographs.publish(folder)
    numbers = shard_numbers(spec, photographs)
    urls = share_shards(
        predict_task,
        numbers,
        folder,
        spec,
        (parameters.photographs, *pairs),
        parameters.reasoner,
        label="Predict",
        workers=parameters.workers,
        finished=find_predictions(folder, numbers),
        gpu=parameters.reasoner.kind == "qwen",
    )
    rows = read_predictions(urls)
    training = tell_training(spec.recipes, spec.pairs, trained)
    figures = compute_figures(rows, parameters.seed, training)
    page = write_assessment(parameters.output, spec, rows, figures)
    tables = make_sections(figures)
    _publish(tables, page)
    failed = list_failed_photographs(rows)
    lost = f", {say_count(len(failed), 'photograph')} failed" if len(failed) else ""
    host().conclude(f"{say_count(len(rows), 'sample')}{lost}", failed=len(failed))
    return Assessment(
        figures,
        tables,
        page,
        failed=failed,
        undiagnosed=count_undiagnosed(rows),
    )


def _read_sources(choice: ReasonerChoice) -> frozenset[str]:
    """Read what the reasoner was trained on; nothing is known of models that others trained."""
    match choice.kind:
        case "edge":
            return read_sources(choice.weights or locate_shipped("edge-reasoner"))
        case "qwen":
            return read_folder_sources(choice.model, choice.adapter)
        case _:
            return frozenset()


def _publish(sections: list[Section], page: str) -> None:
    parts = [
        f"## {one.title}\n\n{one.note}\n\n{write_table(one.table.to_dicts())}" for one in sections
    ]
    note = "\n\n".join([f"Page: {write_place(page)}", *parts])
    host().publish_note("assessment", note, "Every figure of the reasoner")
