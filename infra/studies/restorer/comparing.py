"""How restorers compare with the one that they started from, in tables."""

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from rr_tasks.evaluation.images.artefacts.catalogue import ARTEFACTS
from rr_tasks.evaluation.interval import Interval, compute_intervals

MEASURES = ("severity", "psnr", "ssim", *ARTEFACTS)
WORST_SHARE = 0.3
BEFORE = "before"

Row = dict[str, Any]

_COLUMNS: Mapping[str, tuple[str, str | None]] = {
    "severity left": ("severity", None),
    "fell by, %": ("", "fall"),
    "left on the worst": ("severity_worst", None),
    "fell on the worst by, %": ("", "fall_worst"),
    "PSNR, dB": ("psnr", "psnr_gain"),
    "SSIM": ("ssim", "ssim_gain"),
    "made worse, %": ("worse", "more_worse"),
}
"""What a column of the table shows: a mean, and a difference from before with its interval."""


def compare(start: pl.DataFrame, seeds: Sequence[pl.DataFrame]) -> dict[str, Interval]:
    """Compare restorers, trained from several seeds, with the one that they started from.

    Args:
        start: rows of `rr_tasks.evaluation.images.shard.COLUMNS` by the one before.
        seeds: those by the ones after, of the same samples.

    Returns:
        Means over degraded samples, with 95 % intervals over photographs. `fall` and `fall_worst`
        say by how much the residual severity fell, in % of what it was, on all samples and on the
        30 % of which most was left before; `..._gain` are differences; `more_worse` says how many %
        more of the samples have a lower PSNR than unrestored.
    """
    pairs = _pair(start, seeds)
    worst = pairs.filter(pl.col("severity_start") >= _limit(start))
    more = _is_worse("after").cast(pl.Int8) - _is_worse("start").cast(pl.Int8)
    figures = {
        "fall": [_fall(pairs)],
        "more_worse": [100 * more],
        **{f"{name}_gain": [_gain(name)] for name in ("psnr", "ssim", *ARTEFACTS)},
    }
    of_worst = {"fall_worst": [_fall(worst)], "psnr_gain_worst": [_gain("psnr")]}
    return compute_intervals(pairs, figures) | compute_intervals(worst, of_worst)


def describe(start: pl.DataFrame, seeds: Sequence[pl.DataFrame]) -> dict[str, float]:
    """Return means over degraded samples, after training from several seeds.

    `severity_worst` is that of the samples of which most was left before; `worse` is the share, in
    %, of those with a lower PSNR than unrestored. The others are called as in `MEASURES`.
    """
    pairs = _pair(start, seeds)
    worst = pairs.filter(pl.col("severity_start") >= _limit(start))
    return {
        **{name: _mean(pairs, pl.col(f"{name}_after")) for name in MEASURES},
        "severity_worst": _mean(worst, pl.col("severity_after")),
        "worse": 100 * _mean(pairs, _is_worse("after")),
    }


def tabulate(
    recipe: str, start: pl.DataFrame, arms: Mapping[str, Sequence[pl.DataFrame]]
) -> list[Row]:
    """Make a row for the restorer before and for each arm, with all figures and intervals."""
    rows: list[Row] = [{"recipe": recipe, "restorer": BEFORE, **describe(start, [start])}]
    for arm, seeds in arms.items():
        row: Row = {"recipe": recipe, "restorer": arm, "seeds": len(seeds)}
        row |= describe(start, seeds)
        for name, (value, low, high) in compare(start, seeds).items():
            row |= {name: value, f"{name}_low": low, f"{name}_high": high}
        falls = (compare(start, [one])["fall"].value for one in seeds)
        rows.append({**row, "falls": ", ".join(f"{fall or 0:.1f}" for fall in falls)})
    return rows


def write_markdown(rows: Sequence[Row]) -> str:
    """Lay out rows of `tabulate` for the documentation: the comparison, and the artefacts."""
    heads = ["recipe", "restorer", *_COLUMNS, "fell by seed", "minutes"]
    lines = [_line(heads), "|---" * len(heads) + "|"]
    lines += [_line([*_name(row), *_figures(row), *_effort(row)]) for row in rows]
    heads = ["recipe", "restorer", *ARTEFACTS]
    lines += ["", _line(heads), "|---" * len(heads) + "|"]
    lines += [_line([*_name(row), *(f"{row[name]:.2f}" for name in ARTEFACTS)]) for row in rows]
    return "\n".join(lines) + "\n"


def _name(row: Row) -> list[str]:
    return [row["recipe"], row["restorer"]]


def _figures(row: Row) -> list[str]:
    return [_cell(row, *names) for names in _COLUMNS.values()]


def _cell(row: Row, mean: str, change: str | None) -> str:
    digits = 3 if mean == "ssim" else 2 if mean == "psnr" else 1
    parts = [f"{row[mean]:.{digits}f}"] if mean else []
    if change and row.get(change) is not None:
        value, low, high = (row[f"{change}{end}"] for end in ("", "_low", "_high"))
        sign = "+" if mean else ""
        shown = f"{value:{sign}.{digits}f} ({low:{sign}.{digits}f} to {high:{sign}.{digits}f})"
        parts.append(shown)
    return ", ".join(parts)


def _effort(row: Row) -> list[str]:
    minutes = row.get("minutes")
    return [row.get("falls", ""), "" if minutes is None else f"{minutes:.0f}"]


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _pair(start: pl.DataFrame, seeds: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Put the same degraded samples side by side: `..._start` before, `..._after` afterwards."""
    before = start.select("key", pl.col("^.*_after$").name.replace("_after$", "_start"))
    pairs = pl.concat([rows.join(before, on="key") for rows in seeds])
    return pairs.filter(pl.col("combination") != "clean")


def _limit(start: pl.DataFrame) -> float:
    """Return the residual severity that the worst degraded samples have at least."""
    degraded = start.filter(pl.col("combination") != "clean")
    limit = degraded["severity_after"].quantile(1 - WORST_SHARE)
    return 0.0 if limit is None else limit


def _fall(pairs: pl.DataFrame) -> pl.Expr:
    was = _mean(pairs, pl.col("severity_start"))
    return 100 * (pl.col("severity_start") - pl.col("severity_after")) / max(was, 1e-9)


def _gain(name: str) -> pl.Expr:
    return pl.col(f"{name}_after") - pl.col(f"{name}_start")


def _is_worse(side: str) -> pl.Expr:
    return pl.col(f"psnr_{side}") < pl.col("psnr_before")


def _mean(rows: pl.DataFrame, values: pl.Expr) -> float:
    mean = rows.select(values.cast(pl.Float64).mean()).item()
    return float("nan") if mean is None else float(mean)
