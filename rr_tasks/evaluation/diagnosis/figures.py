"""Computes all figures of an assessment from its table of predictions."""

from dataclasses import dataclass

import polars as pl

from rr_tasks.evaluation.diagnosis.blend import blend_figures
from rr_tasks.evaluation.diagnosis.calibration import calibration, reliability
from rr_tasks.evaluation.diagnosis.confusion import confusion
from rr_tasks.evaluation.diagnosis.parameter import parameter_errors
from rr_tasks.evaluation.diagnosis.robustness import robustness
from rr_tasks.evaluation.presence import compute_grouped_presence


@dataclass(frozen=True)
class Figures:
    """The tables that the functions of the same names return; `presence` is by recipe."""

    presence: pl.DataFrame
    parameters: pl.DataFrame
    calibration: pl.DataFrame
    reliability: pl.DataFrame
    confusion: pl.DataFrame
    blends: pl.DataFrame
    robustness: pl.DataFrame

    def tables(self) -> dict[str, pl.DataFrame]:
        """Return all tables by name."""
        return dict(vars(self))


def compute_figures(rows: pl.DataFrame, seed: int = 0) -> Figures:
    """Compute all figures.

    Args:
        rows: columns of `rr_tasks.evaluation.diagnosis.row.COLUMNS`; photographs that could not
            be used and samples that were not diagnosed are left out.
        seed: decides the draws of the intervals.
    """
    usable = rows.filter(pl.col("error").is_null(), pl.col("undiagnosed").is_null())
    grids = usable.filter(pl.col("part") == "recipe")
    return Figures(
        presence=compute_grouped_presence(grids, "recipe", seed),
        parameters=parameter_errors(grids),
        calibration=calibration(grids),
        reliability=reliability(grids),
        confusion=confusion(grids),
        blends=blend_figures(usable.filter(pl.col("part") == "blend"), seed),
        robustness=robustness(usable.filter(pl.col("part").is_in(["size", "jpeg"])), seed),
    )
