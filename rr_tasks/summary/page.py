"""Writes the report of the pipeline: one page that a person would show around."""

from typing import NamedTuple

from markupsafe import Markup

from rr_tasks.alignment.report import REPORT, describe, draw_curves, read_log
from rr_tasks.archive.layout import PREVIEWS
from rr_tasks.evaluation.champion import read_history
from rr_tasks.evaluation.interval import Interval
from rr_tasks.inspection.data_uri import write_picture
from rr_tasks.storage.files import join, list_paths, publish_bytes, read_bytes
from rr_tasks.summary.figures import compare_restorers
from rr_tasks.summary.lineage import link_to, trace
from rr_tasks.summary.made import Made
from rr_tasks.template import render

_PAIRS = 9
_BEFORE, _AFTER = "-before.jpg", "-after.jpg"
_CURVES = ("reward_total", "reward_severity", "reward_fidelity", "kl")


class Pair(NamedTuple):
    """A photograph before and after, as data URIs."""

    before: str
    after: str


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
        reports={name: link_to(place, folder) for name, place in _list_reports(made).items()},
        figures=compare_restorers(made.so_far, made.measured),
        pairs=_pick_pairs(made.restored.parameters.output),
        examples=write_picture(read_bytes(join(made.evaluation, "examples.jpg")), "jpg"),
        alignment=describe(log),
        curves=[Markup(curves[name]) for name in _CURVES if name in curves],  # noqa: S704 - ours
        lineage=[
            (link, link_to(link.place, folder), link.place.removeprefix(join(folder, "")))
            for link in trace(made)
        ],
        history=read_history(made.champions, made.candidate.kind),
        settings=made.parameters.model_dump_json(indent=2),
        show=_show,
    )
    publish_bytes(page.encode(), url)
    return url


def _list_reports(made: Made) -> dict[str, str]:
    """Return the places of more detailed pages, by what they are about."""
    reports = {
        "the restored archive": made.restored.report,
        "the evaluation": join(made.evaluation, "gallery.html"),
    }
    return reports | ({"the alignment": join(made.alignment, REPORT)} if made.alignment else {})


def _pick_pairs(archive: str) -> list[Pair]:
    """Take previews of restored photographs from the report of the archive."""
    folder = join(archive, PREVIEWS)
    names = sorted(name for name in list_paths(folder) if name.endswith(_AFTER))
    stems = [name.removesuffix(_AFTER) for name in names]
    return [
        Pair(
            *(
                write_picture(read_bytes(join(folder, f"{stem}{end}")), end)
                for end in (_BEFORE, _AFTER)
            )
        )
        for stem in stems[:_PAIRS]
    ]


def _show(interval: Interval, scale: float = 1.0, places: int = 2) -> str:
    """Write a figure and, if there is more than one photograph, its interval."""
    known = [one for one in interval if one is not None]
    if not known:
        return "unknown"
    value, low, high = (f"{scale * one:.{places}f}" for one in known)
    return value if known[1] == known[2] else f"{value} ({low} to {high})"
