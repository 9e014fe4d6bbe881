"""Reliability diagrams and the confusion of sets, drawn as SVG."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import polars as pl

from rr_tasks.evaluation.diagnosis.sample import COMBINATION_NAMES
from rr_tasks.template import render
from schemas.prior.current import DEGRADATIONS

SIDE = 200
"""Pixels of one reliability diagram, whose axes go from 0 to 1."""

_ROOM = "evaluation.diagnosis"
_COLOURS = ("#2f6690", "#c8553d", "#588157", "#8d6a9f", "#b08900", "#3a9aa0", "#a23e7c", "#6b6b6b")


class Point(NamedTuple):
    """A bin, in pixels from the upper left corner; its area grows with its samples."""

    x: float
    y: float
    radius: float
    samples: int


@dataclass(frozen=True)
class Curve:
    """The bins of one source."""

    source: str
    colour: str
    points: list[Point]


def draw_reliability(reliability: pl.DataFrame) -> str:
    """Draw a diagram for each type, with a curve for each source.

    Args:
        reliability: see `rr_tasks.evaluation.diagnosis.calibration.reliability`.
    """
    sources = reliability["source"].unique(maintain_order=True).to_list()
    colours = {name: _COLOURS[place % len(_COLOURS)] for place, name in enumerate(sources)}
    diagrams = {
        name: list(_curves(reliability.filter(pl.col("type") == name), colours))
        for name in DEGRADATIONS
    }
    values = {"diagrams": diagrams, "colours": colours, "side": SIDE}
    return render(_ROOM, "reliability.svg.j2", **values)


def draw_confusion(confusion: pl.DataFrame) -> str:
    """Draw the counts of all sources together; the shade is the share of a row.

    Args:
        confusion: see `rr_tasks.evaluation.diagnosis.confusion.confusion`.
    """
    counts = dict.fromkeys(
        ((true, found) for true in COMBINATION_NAMES for found in COMBINATION_NAMES), 0
    )
    summed = confusion.group_by("true", "found").agg(pl.col("samples").sum())
    counts |= {(true, found): samples for true, found, samples in summed.iter_rows()}
    rows = [
        (true, [counts[true, found] for found in COMBINATION_NAMES]) for true in COMBINATION_NAMES
    ]
    return render(_ROOM, "confusion.svg.j2", names=COMBINATION_NAMES, rows=rows)


def _curves(reliability: pl.DataFrame, colours: dict[str, str]) -> Iterator[Curve]:
    for source, colour in colours.items():
        bins = reliability.filter(pl.col("source") == source).sort("bin")
        whole = int(bins["samples"].sum())
        yield Curve(source, colour, [_point(one, whole) for one in bins.iter_rows(named=True)])


def _point(one: Mapping[str, Any], whole: int) -> Point:
    return Point(
        x=round(SIDE * one["probability"], 1),
        y=round(SIDE * (1 - one["present"]), 1),
        radius=round(1.5 + 6 * (one["samples"] / whole) ** 0.5, 1),
        samples=one["samples"],
    )
