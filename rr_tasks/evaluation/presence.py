"""Measures how well types and sets of degradations are found, and the errors of severities."""

from collections.abc import Sequence

import polars as pl

from rr_tasks.evaluation.interval import Figure, compute_intervals
from schemas.prior.current import DEGRADATIONS, DegradationName, DiagnosticPrior

ALL = "all"
"""The value of the column `type` for figures over all types."""


def compute_presence(rows: pl.DataFrame, seed: int = 0) -> pl.DataFrame:
    """Compute the figures of one group of samples.

    Args:
        rows: `photograph`, and `true_X` and `found_X` with severities for each type X, 0 for
            absent.
        seed: of the intervals.

    Returns:
        A row for each type and figure with `value`, `low` and `high`, null if no sample counts. For
        each type: `recall`, `specificity`, `balanced_accuracy`, and `severity_error`, the mean
        absolute error of the severity where the type is present, also for singles and mixtures
        alone (a miss counts with its full severity). For all: the means of the types'
        `balanced_accuracy` and severity errors; `exact_set`, the share of samples in which every
        type is right; `false_alarms`, the share of clean samples in which anything is found.
    """
    figures = {
        f"{name} {figure}": parts
        for name in DEGRADATIONS
        for figure, parts in _figures_of([name]).items()
    }
    figures |= {f"{ALL} {name}": parts for name, parts in _figures_of_all().items()}
    found = compute_intervals(rows, figures, seed)
    return pl.DataFrame(
        [(*key.split(" "), *interval) for key, interval in found.items()],
        schema={
            "type": pl.String,
            "figure": pl.String,
            "value": pl.Float64,
            "low": pl.Float64,
            "high": pl.Float64,
        },
        orient="row",
    )


def tabulate_presence(rows: pl.DataFrame) -> pl.DataFrame:
    """Compute the figures of each type without intervals.

    Args:
        rows: see `compute_presence`; `found_X` is null if there is no diagnosis; `photograph` is
            not needed.

    Returns:
        For each type: the number of `samples` with a diagnosis and of those `undiagnosed`, and the
        figures `recall`, `specificity`, `balanced_accuracy` and `severity_error` of
        `compute_presence`.
    """
    return pl.concat(_presence_row(rows, name) for name in DEGRADATIONS)


def compute_grouped_presence(rows: pl.DataFrame, by: str, seed: int = 0) -> pl.DataFrame:
    """Call `compute_presence` for each group, in order of appearance."""
    return pl.concat(
        compute_presence(group, seed).select(pl.lit(value).alias(by), pl.all())
        for (value,), group in rows.group_by(by, maintain_order=True)
    )


def count_undiagnosed(rows: pl.DataFrame) -> pl.DataFrame:
    """Count the `samples` without an answer by `reason`, the most frequent first.

    Args:
        rows: column `undiagnosed`, null if there is an answer.
    """
    counted = rows.drop_nulls("undiagnosed").group_by(reason="undiagnosed").agg(samples=pl.len())
    return counted.sort("samples", "reason", descending=[True, False])


def name_combination(prior: DiagnosticPrior) -> str:
    """Name the set that is present, such as `haze+rain`, or `clean`."""
    return "+".join(prior.present()) or "clean"


def _presence_row(rows: pl.DataFrame, name: DegradationName) -> pl.DataFrame:
    recall, specificity = _recall(name).mean(), _specificity(name).mean()
    return rows.select(
        type=pl.lit(name),
        samples=pl.col(f"found_{name}").count(),
        undiagnosed=pl.col(f"found_{name}").null_count(),
        recall=recall,
        specificity=specificity,
        balanced_accuracy=(recall + specificity) / 2,
        severity_error=_error(name).mean(),
    )


def _figures_of(names: Sequence[DegradationName]) -> dict[str, Figure]:
    return {
        "recall": [_recall(name) for name in names],
        "specificity": [_specificity(name) for name in names],
        "balanced_accuracy": [part(name) for name in names for part in (_recall, _specificity)],
        **_severity_errors(names),
    }


def _figures_of_all() -> dict[str, Figure]:
    right = [(pl.col(f"true_{name}") > 0) == (pl.col(f"found_{name}") > 0) for name in DEGRADATIONS]
    alarm = pl.any_horizontal(pl.col(f"found_{name}") > 0 for name in DEGRADATIONS)
    return {
        "balanced_accuracy": _figures_of(DEGRADATIONS)["balanced_accuracy"],
        "exact_set": [pl.all_horizontal(right)],
        "false_alarms": [pl.when(_present_types() == 0).then(alarm)],
        **_severity_errors(DEGRADATIONS),
    }


def _severity_errors(names: Sequence[DegradationName]) -> dict[str, Figure]:
    single, mixture = _present_types() == 1, _present_types() > 1
    return {
        "severity_error": [_error(name) for name in names],
        "severity_error_singles": [pl.when(single).then(_error(name)) for name in names],
        "severity_error_mixtures": [pl.when(mixture).then(_error(name)) for name in names],
    }


def _recall(name: DegradationName) -> pl.Expr:
    return pl.when(pl.col(f"true_{name}") > 0).then(pl.col(f"found_{name}") > 0)


def _specificity(name: DegradationName) -> pl.Expr:
    return pl.when(pl.col(f"true_{name}") == 0).then(pl.col(f"found_{name}") == 0)


def _error(name: DegradationName) -> pl.Expr:
    true, found = pl.col(f"true_{name}"), pl.col(f"found_{name}")
    return pl.when(true > 0).then((found - true).abs())


def _present_types() -> pl.Expr:
    return pl.sum_horizontal(pl.col(f"true_{name}") > 0 for name in DEGRADATIONS)
