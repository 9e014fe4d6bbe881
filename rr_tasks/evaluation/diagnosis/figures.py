"""All figures of an assessment, out of the table of predictions and nothing else."""

from dataclasses import dataclass

import polars as pl

from rr_tasks.evaluation.diagnosis.blend import blend_figures
from rr_tasks.evaluation.diagnosis.calibration import calibration, reliability
from rr_tasks.evaluation.diagnosis.confusion import confusion
from rr_tasks.evaluation.diagnosis.parameter import parameter_errors
from rr_tasks.evaluation.diagnosis.robustness import robustness
from rr_tasks.evaluation.presence import grouped_figures


@dataclass(frozen=True)
class Figures:
    """The tables that the functions of the same names describe; `presence` is of each recipe."""

    presence: pl.DataFrame
    parameters: pl.DataFrame
    calibration: pl.DataFrame
    reliability: pl.DataFrame
    confusion: pl.DataFrame
    blends: pl.DataFrame
    robustness: pl.DataFrame

    def tables(self) -> dict[str, pl.DataFrame]:
        """All of them by name."""
        return dict(vars(self))


def figures_of(rows: pl.DataFrame, seed: int = 0) -> Figures:
    """Compute everything.

    Args:
        rows: columns of `rr_tasks.evaluation.diagnosis.row.COLUMNS`; photographs that could not
            be used are left out, and samples that were not diagnosed.
        seed: of the intervals.
    """
    usable = rows.filter(pl.col("error").is_null(), pl.col("undiagnosed").is_null())
    grids = usable.filter(pl.col("part") == "recipe")
    return Figures(
        presence=grouped_figures(grids, "recipe", seed),
        parameters=parameter_errors(grids),
        calibration=calibration(grids),
        reliability=reliability(grids),
        confusion=confusion(grids),
        blends=blend_figures(usable.filter(pl.col("part") == "blend"), seed),
        robustness=robustness(usable.filter(pl.col("part").is_in(["size", "jpeg"])), seed),
    )
