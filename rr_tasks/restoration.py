"""The restoration of one photograph, for programs that use the package as a library."""

from os import PathLike, fspath

import numpy as np

from rr_tasks.engine import load_engine
from rr_tasks.photographs.pixels import Pixels
from rr_tasks.photographs.reading import read_pixels
from rr_tasks.treatment.course import treat
from schemas.reasoner import EdgeReasonerChoice
from schemas.restorer import EdgeRestorerChoice
from schemas.treatment import Treatment


def restore_photograph(
    photograph: str | PathLike[str] | Pixels, treatment: Treatment | None = None
) -> Pixels:
    """Diagnose a photograph and undo what degrades it, with the shipped weights.

    As in `rr restore`, findings that are doubtful or too slight to be seen are left alone, and so
    is a photograph that shows too little to be diagnosed. The result is judged, and applied by half
    or not at all if it is not good.

    Args:
        photograph: path or URL of a file, or (H, W, 3) sRGB-coded pixels of 8 or 16 bits.
        treatment: what to undo and how far; by default as `rr restore` does by default.

    Returns:
        (H, W, 3) sRGB-coded pixels, upright, with as many bits as the photograph has; a photograph
        that needs nothing comes back as it is.

    Raises:
        StorageError: the file does not exist, is a folder, or cannot be accessed.
        UnreadablePhotographError: it is not a photograph, or is damaged.
    """
    pixels = photograph if isinstance(photograph, np.ndarray) else read_pixels(fspath(photograph))
    engine = load_engine(EdgeReasonerChoice(), EdgeRestorerChoice())
    treated = treat(pixels, engine.diagnose(pixels), engine, treatment)
    return pixels if treated.pixels is None else treated.pixels
