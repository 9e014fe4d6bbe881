"""The comparison with baselines, as a terminal of 80 columns shows it."""

import io

import polars as pl
from rich.console import Console

from flows.cli.show.evaluation import show_comparison
from rr_tasks.evaluation.images.baselines.catalogue import BASELINES
from rr_tasks.evaluation.images.comparison import IDENTITY, OURS
from rr_tasks.evaluation.images.scores import SCORES
from rr_tasks.evaluation.images.sets import OUTLINED

METHODS = (IDENTITY, *BASELINES, OURS)


def test_all_scores_and_the_interval_of_psnr_fit_80_columns() -> None:
    rows = [
        (group, method, score, 23.4567 if score in ("psnr", "psnr_y", "niqe") else 0.8765)
        for group in ("clean", *OUTLINED, "haze+rain")
        for method in METHODS
        for score in SCORES
    ]
    table = pl.DataFrame(rows, schema=["set", "method", "score", "value"], orient="row")
    console = Console(file=io.StringIO(), width=80, color_system=None)
    show_comparison(console, table.with_columns(low=pl.lit(21.98), high=pl.lit(25.0)))
    text = console.file.getvalue()  # type: ignore[attr-defined]
    lines = [line.rstrip() for line in text.splitlines()]
    assert max(map(len, lines)) <= 80
    assert text.count("(22.0-25.0)") == len(OUTLINED) * len(METHODS)
    assert sum("───" in line for line in lines) == 1  # in one part
    assert "haze+rain" not in text
    assert "comparison.csv has the other" in text
    assert "LPIPS:" not in text
