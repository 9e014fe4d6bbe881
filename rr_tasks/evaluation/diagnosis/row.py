"""A row of the table of predictions: the truth about a sample and the findings."""

from collections.abc import Mapping
from typing import Any

import polars as pl

from rr_tasks.evaluation.diagnosis.maps import SCORES
from rr_tasks.evaluation.diagnosis.quantity import QUANTITIES
from rr_tasks.evaluation.presence import name_combination
from rr_tasks.reasoner.protocol import Answer, Unparsed
from schemas.prior.current import DEGRADATIONS, DiagnosticPrior

SIDES = ("true", "found")

COLUMNS: Mapping[str, Any] = {
    "part": pl.String,
    "source": pl.String,
    "short_side": pl.Int64,
    "photograph": pl.String,
    "error": pl.String,
    "undiagnosed": pl.String,
    "round": pl.Int64,
    "combination": pl.String,
    "share": pl.Float64,
    "expected": pl.Float64,
    "look": pl.String,
    "view": pl.String,
    "undone": pl.String,
    **{f"{side}_{name}": pl.Float64 for side in SIDES for name in DEGRADATIONS},
    **{
        f"{side}_{column}": pl.String if one.measure == "word" else pl.Float64
        for side in SIDES
        for one in QUANTITIES
        for column in one.columns
    },
    **dict.fromkeys(SCORES, pl.Float64),
    **{f"probability_{name}": pl.Float64 for name in DEGRADATIONS},
    **{f"std_{name}": pl.Float64 for name in DEGRADATIONS},
}
"""Severities are named like their type; an absent type has severity 0 and null parameters.

`share` and `expected` are of blends alone: how much of the degraded photograph is in them, and the
severity that the reasoner expects. `look`, `view` and `undone` are of clean photographs alone; see
`rr_tasks.evaluation.diagnosis.clean`. Those of `SCORES` are explained in
`rr_tasks.evaluation.diagnosis.maps`. `error` says why a photograph could not be used; the row then
stands for all its samples. `undiagnosed` says why the reasoner has no answer for a sample.
"""


def diagnosis_row(truth: DiagnosticPrior, answer: Answer) -> dict[str, Any]:
    """Compute the columns of a sample that follow from the truth and the answer."""
    row = {"combination": name_combination(truth), **_flatten("true", truth)}
    if isinstance(answer, Unparsed):
        return {**row, "undiagnosed": answer.reason}
    return {
        **row,
        **_flatten("found", answer),
        **{f"probability_{name}": getattr(answer, name).probability for name in DEGRADATIONS},
        **{f"std_{name}": getattr(answer, name).severity_std for name in DEGRADATIONS},
    }


def _flatten(side: str, prior: DiagnosticPrior) -> dict[str, Any]:
    values: dict[str, Any] = {str(name): getattr(prior, name).severity for name in DEGRADATIONS}
    for one in QUANTITIES:
        parameters = prior.findings[one.type].parameters
        if parameters is not None:
            values |= one.read(parameters)
    return {f"{side}_{name}": value for name, value in values.items()}
