"""Computes all figures of an assessment from its table of predictions."""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from rr_tasks.evaluation.diagnosis.blend import blend_figures
from rr_tasks.evaluation.diagnosis.calibration import calibration, reliability
from rr_tasks.evaluation.diagnosis.clean import touched
from rr_tasks.evaluation.diagnosis.confusion import confusion
from rr_tasks.evaluation.diagnosis.maps import summarize_maps
from rr_tasks.evaluation.diagnosis.parameter import parameter_errors
from rr_tasks.evaluation.diagnosis.robustness import robustness
from rr_tasks.evaluation.diagnosis.source import compare_sources
from rr_tasks.evaluation.presence import compute_grouped_presence


@dataclass(frozen=True)
class Figures:
    """Tables, one of each function that `compute_figures` calls; `presence` is by source."""

    sources: pl.DataFrame
    presence: pl.DataFrame
    parameters: pl.DataFrame
    maps: pl.DataFrame
    calibration: pl.DataFrame
    reliability: pl.DataFrame
    confusion: pl.DataFrame
    clean: pl.DataFrame
    blends: pl.DataFrame
    robustness: pl.DataFrame

    def tables(self) -> dict[str, pl.DataFrame]:
        """Return all tables by name."""
        return dict(vars(self))


def compute_figures(
    rows: pl.DataFrame, seed: int = 0, training: Mapping[str, str] | None = None
) -> Figures:
    """Compute all figures.

    Args:
        rows: columns of `rr_tasks.evaluation.diagnosis.row.COLUMNS`; photographs that could not
            be used and samples that were not diagnosed are left out.
        seed: decides the draws of the intervals.
        training: whether the reasoner was trained on each source; see `tell_training`.
    """
    usable = rows.filter(pl.col("error").is_null(), pl.col("undiagnosed").is_null())
    grids = usable.filter(pl.col("part") == "source")
    presence, calibrated = compute_grouped_presence(grids, "source", seed), calibration(grids)
    return Figures(
        sources=compare_sources(presence, calibrated, training or {}),
        presence=presence,
        parameters=parameter_errors(grids),
        maps=summarize_maps(grids, seed),
        calibration=calibrated,
        reliability=reliability(grids),
        confusion=confusion(grids),
        clean=touched(usable.filter(pl.col("part") == "clean"), seed),
        blends=blend_figures(usable.filter(pl.col("part") == "blend"), seed),
        robustness=robustness(usable.filter(pl.col("part").is_in(["size", "jpeg"])), seed),
    )
