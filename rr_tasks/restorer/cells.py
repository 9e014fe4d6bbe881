"""Coarse fields over a whole photograph, of which parts are enlarged so that they agree."""

import numpy as np
import numpy.typing as npt

Field = npt.NDArray[np.float32]


def weigh_cells(first: int, count: int, length: int, cells: int) -> Field:
    """Return weights (count, cells): how pixels `first` onwards of `length` see a row of cells.

    They interpolate linearly between the centres of the cells, and repeat the outermost ones.
    """
    centres = (np.arange(first, first + count) + 0.5) * cells / length - 0.5
    distance = np.abs(centres.clip(0, cells - 1)[:, None] - np.arange(cells))
    return np.asarray(np.maximum(0.0, 1.0 - distance), np.float32)
