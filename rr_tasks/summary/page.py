"""Writes the report of the pipeline: one page that a person would show around."""

from markupsafe import Markup

from rr_tasks.alignment.report import REPORT, describe, draw_curves, read_log
from rr_tasks.archive.showcase import pick_pairs
from rr_tasks.evaluation.champion import read_history
from rr_tasks.evaluation.interval import Interval
from rr_tasks.inspection.data_uri import write_picture
from rr_tasks.storage.files import join, publish_bytes, read_bytes
from rr_tasks.summary.figures import compare_restorers
from rr_tasks.summary.lineage import link_to, trace
from rr_tasks.summary.made import Made
from rr_tasks.template import render

_PAIRS = 9
_CURVES = ("reward_total", "guard_reward", "guard_psnr", "kl")


def write_summary(made: Made, url: str) -> str:
    """Write the page, which is a single file, and return its URL."""
    folder = made.parameters.output
    log = read_log(made.alignment) if made.alignment else []
    curves = draw_curves(log)
    page = render(
        "summary",
        "page.html.j2",
        title="From photographs to a restored archive",
        made=made,
        counts=made.restored.archive,
        reports={name: link_to(place, folder) for name, place in list_reports(made).items()},
        figures=compare_restorers(made.so_far, made.measured),
        pairs=[
            [write_picture(picture, "jpg") for picture in pair]
            for pair in pick_pairs(made.restored.parameters.output, _PAIRS)
        ],
        examples=write_picture(read_bytes(join(made.evaluation, "examples.jpg")), "jpg"),
        alignment=describe(log),
        curves=[Markup(curves[name]) for name in _CURVES if name in curves],  # noqa: S704 - ours
        lineage=[
            (link, link_to(link.place, folder), link.place.removeprefix(join(folder, "")))
            for link in trace(made)
        ],
        history=read_history(made.champions, made.candidate.kind),
        settings=made.parameters.model_dump_json(indent=2),
        show=show_interval,
    )
    publish_bytes(page.encode(), url)
    return url


def list_reports(made: Made) -> dict[str, str]:
    """Return the places of more detailed pages, by what they are about."""
    reports = {
        "the restored archive": made.restored.report,
        "the evaluation": join(made.evaluation, "gallery.html"),
    }
    return reports | ({"the alignment": join(made.alignment, REPORT)} if made.alignment else {})


def show_interval(interval: Interval, scale: float = 1.0, places: int = 2) -> str:
    """Write a figure and, if there is more than one photograph, its interval."""
    known = [one for one in interval if one is not None]
    if not known:
        return "unknown"
    value, low, high = (f"{scale * one:.{places}f}" for one in known)
    return value if known[1] == known[2] else f"{value} ({low} to {high})"
