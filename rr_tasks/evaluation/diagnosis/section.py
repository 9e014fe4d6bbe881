"""Figures as tables of text for the page, the documentation and the terminal."""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from rr_tasks.evaluation.diagnosis.figures import Figures
from rr_tasks.evaluation.presence import ALL
from schemas.prior.current import DEGRADATIONS

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
_OF_MAPS = {
    "map_error": "error of the transmission map",
    "kernel_correlation": "correlation of kernels",
    "wiener_true": "Wiener gain in dB, true kernel",
    "wiener_found": "Wiener gain in dB, found kernel",
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
    """Make all tables, the comparison of sources first."""
    overall = figures.presence.filter(pl.col("type") == ALL)
    of_types = figures.presence.filter(pl.col("type") != ALL)
    views = figures.robustness.filter(pl.col("type") == ALL)
    return [
        Section("Sources", _SOURCES, _sources(figures.sources)),
        Section("All types", _ALL_TYPES, _widen(overall, ["source"], _OVERALL)),
        Section("Types", _TYPES, _widen(of_types, ["source", "type"], _OF_TYPE)),
        Section("Physical parameters", _PARAMETERS, _parameters(figures.parameters)),
        Section("Maps", _MAPS, _widen(figures.maps, ["source"], _OF_MAPS)),
        Section("Calibration", _CALIBRATION, _calibration(figures.calibration)),
        Section("Clean photographs", _CLEAN, _clean(figures.clean)),
        Section("Blends", _BLENDS, _blends(figures.blends)),
        Section("Sizes and JPEG", _VIEWS, _widen(views, ["of", "shown"], _OF_VIEW)),
    ]


_SOURCES = (
    "Was the reasoner trained on this source: yes, as another one that degrades with the same "
    "code, no, or unknown. Balanced accuracy of presence for each type, mean absolute error of "
    "severities, and expected calibration error of probabilities."
)
_ALL_TYPES = (
    "All 16 sets of degradations equally often. In brackets: 95 % intervals, photographs drawn "
    "again. Severities are 0-100; a miss counts with its whole severity."
)
_TYPES = "Recall and specificity of presence; severity errors over samples where the type is."
_PARAMETERS = "Absolute errors where the degradation is present and was found."
_MAPS = (
    "Mean absolute error of the transmission, 0-1, over the cells of all photographs with haze. "
    "Largest correlation of the true kernel and the one that was found over shifts of up to two "
    "pixels, and what a Wiener filter gains with either where there is only blur."
)
_CALIBRATION = (
    "ECE: expected calibration error of the probability, 10 bins. The standard deviation of the "
    "severity: how often the truth is within one and two of them, their mean beside the root mean "
    "square error."
)
_CLEAN = (
    "Clean photographs that rr restore would not leave alone, of all, as they are and with bokeh, "
    "motion in the scene, film grain or mist, which are not degradations. In brackets: 95 % "
    "intervals, and for what they would be treated."
)
_BLENDS = (
    "Rank correlation of expected severity and share of the degraded photograph (severity 80), 11 "
    "steps; steady is the share of photographs with 0.9 or more."
)
_VIEWS = "Photographs resized to this size, then degraded; the largest ones have no mixtures."


def _sources(table: pl.DataFrame) -> pl.DataFrame:
    return table.select(
        "source",
        pl.col("training").alias("in training"),
        *(_text(name, 3) for name in DEGRADATIONS),
        _text("severity_error", 1).alias("severity error"),
        _text("ece", 3).alias("ECE"),
    )


def _clean(table: pl.DataFrame) -> pl.DataFrame:
    """Give each view a column, and name what all views together are taken for."""
    counts = [pl.format(f"{name} {{}}", name).replace(f"{name} 0", None) for name in DEGRADATIONS]
    taken = pl.concat_str(counts, separator=", ", ignore_nulls=True).replace("", _NOTHING)
    percent = table.with_columns(pl.col("touched", "low", "high") * 100)
    share = pl.format("{} % ({}-{})", _text("touched", 1), _text("low", 0), _text("high", 0))
    some = pl.when(pl.col("samples") > 0).then(share).otherwise(pl.lit(_NOTHING))
    cells = percent.select("look", "view", cell=some)
    wide = cells.pivot("view", index="look", values="cell", maintain_order=True)
    causes = table.filter(view=ALL).select("look", taken.alias("taken for"))
    return wide.join(causes, on="look", maintain_order="left")


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
    return table.select("parameter", "unit", "source", pl.col("samples").cast(pl.String), *numbers)


def _calibration(table: pl.DataFrame) -> pl.DataFrame:
    return table.select(
        "source",
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
