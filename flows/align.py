"""A restorer, a data set and a judge -> the same restorer, aligned with what the judge says."""

from typing import NamedTuple

from flows.host import host
from flows.markdown import SHEET_SIDE, write_place
from flows.progress import follow
from flows.shards import run_alone
from flows.verify import verify_shards
from rr_tasks.alignment.report import (
    describe,
    draw_curves,
    list_samples,
    read_log,
    write_report,
)
from rr_tasks.alignment.run import check_alignment
from rr_tasks.alignment.tasks import align_task
from rr_tasks.inspection.data_uri import shrink_picture, write_picture
from rr_tasks.storage.files import read_bytes
from schemas.parameters.alignment import AlignParameters


class Alignment(NamedTuple):
    """What was learned, the folder of the run, and the page about it."""

    weights: str
    folder: str
    report: str


def align(parameters: AlignParameters) -> Alignment:
    """Let a restorer learn from a reasoner's judgement; show people how that went."""
    check_alignment(parameters)
    restorer = parameters.restorer
    if restorer.kind == "qwen" and restorer.offload != "none":
        host().say(
            "While it learns, all of the restorer stays in the GPU's memory; "
            f"offload={restorer.offload} counts where it restores"
        )
    if parameters.verify:
        verify_shards(parameters.shards)
        verify_shards(parameters.annotations)
    with follow("Align restorer", parameters.steps):
        gpu = "qwen" in {restorer.kind, parameters.judge.kind}
        weights = run_alone(align_task, parameters, gpu=gpu)
    folder = parameters.output
    report = write_report(folder)
    _publish(folder, report)
    return Alignment(weights, folder, report)


def _publish(folder: str, report: str) -> None:
    rows = read_log(folder)
    steps, looks = ([row for row in rows if ("lr" in row) is learned] for learned in (True, False))
    brief = [{name: row[name] for name in _SHOWN if name in row} for row in steps]
    host().publish_table("alignment", brief, f"The steps of {folder}")
    host().publish_table("alignment-guard", looks, f"What the guard saw in {folder}")
    curves = draw_curves(rows)
    pictures = [f"![{name}]({write_picture(svg.encode(), 'svg')})" for name, svg in curves.items()]
    samples = [
        f"Degraded, restored, clean, after step {step}:\n\n![step {step}]"
        f"({shrink_picture(read_bytes(url), SHEET_SIDE)})"
        for step, url in list_samples(folder)[-1:]
    ]
    parts = [describe(rows), " ".join(pictures), *samples, f"Report: {write_place(report)}"]
    host().publish_note("alignment-curves", "\n\n".join(parts), "Curves and samples by step")
    host().conclude(describe(rows))


_SHOWN = ("step", "reward_total", "reward_severity", "reward_fidelity", "kl", "gradient_norm")
"""Columns of the log that people look at first; the log has all of them."""
