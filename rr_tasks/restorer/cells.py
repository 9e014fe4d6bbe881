"""Coarse fields over a whole photograph, of which parts are enlarged so that they agree."""

import numpy as np
import numpy.typing as npt

from rr_tasks.reasoner.grid import interpolate

Field = npt.NDArray[np.float32]


def weigh_cells(first: int, count: int, length: int, cells: int) -> Field:
    """Return weights (count, cells): how pixels `first` onwards of `length` see a row of cells.

    They interpolate linearly between the centres of the cells, and repeat the outermost ones.
    """
    centres = (np.arange(first, first + count) + 0.5) * cells / length - 0.5
    return np.asarray(interpolate(centres.clip(0, cells - 1), cells), np.float32)
