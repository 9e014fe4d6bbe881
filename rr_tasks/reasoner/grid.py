"""Linear interpolation on a small grid, one axis at a time."""

import numpy as np
import numpy.typing as npt

Values = npt.NDArray[np.float64]


def interpolate(places: Values, cells: int) -> Values:
    """Return the weights (P, `cells`) that P places give to the cells of a grid.

    Cell n lies at n. Between two cells, the weights of a place are those of a linear interpolation;
    beyond the outer cells they fade to 0 within one cell.
    """
    return np.asarray(np.clip(1 - np.abs(places[:, None] - np.arange(cells)), 0.0, None))
