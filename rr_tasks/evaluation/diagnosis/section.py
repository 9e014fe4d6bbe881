"""Figures as tables of text for the page, the documentation and the terminal."""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from rr_tasks.evaluation.diagnosis.figures import Figures
from rr_tasks.evaluation.presence import ALL

_NOTHING = "-"

_OVERALL = {
    "balanced_accuracy": "balanced accuracy",
    "exact_set": "exact set",
    "false_alarms": "false alarms, clean",
    "severity_error_singles": "severity error, singles",
    "severity_error_mixtures": "severity error, mixtures",
}
_OF_TYPE = {
    "recall": "recall",
    "specificity": "specificity",
    "balanced_accuracy": "balanced accuracy",
    "severity_error_singles": "severity error, singles",
    "severity_error_mixtures": "severity error, mixtures",
}
_OF_VIEW = {
    "balanced_accuracy": "balanced accuracy",
    "exact_set": "exact set",
    "severity_error": "severity error",
}


@dataclass(frozen=True)
class Section:
    """A table of text cells with its title and a note on how to read it."""

    title: str
    note: str
    table: pl.DataFrame


def make_sections(figures: Figures) -> list[Section]:
    """Make all tables, the comparison of recipes first."""
    overall = figures.presence.filter(pl.col("type") == ALL)
    of_types = figures.presence.filter(pl.col("type") != ALL)
    views = figures.robustness.filter(pl.col("type") == ALL)
    return [
        Section("Recipes", _RECIPES, _widen(overall, ["recipe"], _OVERALL)),
        Section("Types", _TYPES, _widen(of_types, ["recipe", "type"], _OF_TYPE)),
        Section("Physical parameters", _PARAMETERS, _parameters(figures.parameters)),
        Section("Calibration", _CALIBRATION, _calibration(figures.calibration)),
        Section("Blends", _BLENDS, _blends(figures.blends)),
        Section("Sizes and JPEG", _VIEWS, _widen(views, ["of", "shown"], _OF_VIEW)),
    ]


_RECIPES = (
    "All 16 sets of degradations equally often. In brackets: 95 % intervals, photographs drawn "
    "again. Severities are 0-100; a miss counts with its whole severity."
)
_TYPES = "Recall and specificity of presence; severity errors over samples where the type is."
_PARAMETERS = "Absolute errors where the degradation is present and was found."
_CALIBRATION = (
    "ECE: expected calibration error of the probability, 10 bins. The standard deviation of the "
    "severity: how often the truth is within one and two of them, their mean beside the root mean "
    "square error."
)
_BLENDS = (
    "Rank correlation of expected severity and share of the degraded photograph (severity 80), 11 "
    "steps; steady is the share of photographs with 0.9 or more."
)
_VIEWS = "Photographs resized to this size, then degraded; the largest ones have no mixtures."


def _widen(long: pl.DataFrame, keys: list[str], shown: Mapping[str, str]) -> pl.DataFrame:
    """Give each figure a column, with its interval in brackets."""
    cell = pl.when(pl.col("value").is_null()).then(pl.lit(_NOTHING)).otherwise(_add_interval())
    chosen = long.filter(pl.col("figure").is_in(list(shown)))
    cells = chosen.select(*keys, "figure", cell=cell)
    wide = cells.pivot("figure", on_columns=list(shown), index=keys, values="cell")
    return wide.select(*keys, *shown).rename(dict(shown))


def _add_interval() -> pl.Expr:
    severity = pl.col("figure").str.starts_with("severity")
    value, low, high = (
        pl.when(severity).then(_text(name, 1)).otherwise(_text(name, 3))
        for name in ("value", "low", "high")
    )
    return pl.format("{} ({}-{})", value, low, high)


def _parameters(table: pl.DataFrame) -> pl.DataFrame:
    numbers = [_format_number(name) for name in ("mean", "median")]
    return table.select("parameter", "unit", "recipe", pl.col("samples").cast(pl.String), *numbers)


def _calibration(table: pl.DataFrame) -> pl.DataFrame:
    return table.select(
        "recipe",
        "type",
        _text("ece", 3).alias("ECE"),
        *(
            pl.when(pl.col(name).is_null())
            .then(pl.lit("not given"))
            .otherwise(_text(name, places))
            .alias(title)
            for name, title, places in _DEVIATIONS
        ),
    )


_DEVIATIONS = (
    ("within_1_std", "within 1 std", 3),
    ("within_2_std", "within 2 std", 3),
    ("mean_std", "mean std", 1),
    ("root_mean_square_error", "RMSE", 1),
)


def _blends(table: pl.DataFrame) -> pl.DataFrame:
    spearman = [_text(name, 3) for name in ("spearman", "low", "high")]
    return table.select(
        "type",
        pl.col("photographs").cast(pl.String),
        pl.format("{} ({} to {})", *spearman).alias("rank correlation"),
        _text("steady", 3),
    )


def _text(name: str, places: int) -> pl.Expr:
    fixed = pl.col(name).round(places).map_elements(f"{{:.{places}f}}".format, pl.String)
    return fixed.fill_null(_NOTHING)


def _format_number(name: str) -> pl.Expr:
    return pl.col(name).map_elements("{:.3g}".format, pl.String).fill_null(_NOTHING)
