"""Draws how a figure changes over the steps of a training, as a small SVG."""

import math
from collections.abc import Sequence

from rr_tasks.template import render

_LEFT, _TOP, _WIDTH, _HEIGHT = 48, 26, 264, 98

Curve = Sequence[tuple[int, float]]
"""Steps and values."""


def draw_chart(title: str, curve: Curve) -> str | None:
    """Draw a curve as SVG; None if it has no finite value.

    Args:
        title: what is drawn, in a few words.
        curve: in the order of steps; values that are not finite are left out.
    """
    finite = [(step, value) for step, value in curve if math.isfinite(value)]
    if not finite:
        return None
    steps, values = zip(*finite, strict=True)
    low, high = min(values), max(values)
    points = [
        (
            round(_LEFT + _WIDTH * _share(step, steps[0], steps[-1]), 1),
            round(_TOP + _HEIGHT * (1 - _share(value, low, high)), 1),
        )
        for step, value in finite
    ]
    return render(
        "inspection",
        "chart.svg.j2",
        title=title,
        points=points,
        begin=f"{steps[0]:,}",
        end=f"{steps[-1]:,}",
        **{
            name: f"{value:.3g}"
            for name, value in (
                ("low", low),
                ("high", high),
                ("first", values[0]),
                ("last", values[-1]),
            )
        },
    )


def _share(value: float, low: float, high: float) -> float:
    """Return how far a value lies from `low` to `high`; in the middle if they are the same."""
    if math.isinf(high - low):
        return _share(value / 2, low / 2, high / 2)
    return (value - low) / (high - low) if high > low else 0.5
