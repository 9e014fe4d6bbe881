"""All measures of artefacts, by name."""

from collections.abc import Callable, Mapping

from rr_tasks.evaluation.images.artefacts.banding import measure_banding
from rr_tasks.evaluation.images.artefacts.cast import measure_cast
from rr_tasks.evaluation.images.artefacts.grid import measure_grid
from rr_tasks.evaluation.images.artefacts.halo import measure_halo
from rr_tasks.evaluation.images.artefacts.seams import measure_seams
from rr_tasks.photographs.pixels import Bytes

Measure = Callable[[Bytes, Bytes], float | None]
"""Measures an image against its clean reference; None where it has nothing to measure."""

ARTEFACTS: Mapping[str, Measure] = {
    "halo": measure_halo,
    "grid": measure_grid,
    "banding": measure_banding,
    "seams": measure_seams,
    "cast": measure_cast,
}
"""All are 0 or close to it for the reference itself, and grow with the artefact."""
