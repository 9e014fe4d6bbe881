"""Photographs that alignment never learns from: they test the judge, and guard fidelity."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from rr_tasks.alignment.rewards.restorations import Restorations
from rr_tasks.photographs.pixels import Bytes
from rr_tasks.restorer.photograph import PhotographRestorer
from rr_tasks.shards.png import decode_png
from rr_tasks.shards.stream import Piece, ShardStream, require_marker, unpack
from rr_tasks.training.dataset import check_diagnosed
from rr_tasks.training.diagnoses import DiagnosisStream
from schemas.errors import ExpectedError
from schemas.prior.current import DiagnosticPrior
from schemas.prior.migrations import load_prior
from schemas.shard import DoneMarker

MOST = 16
"""Photographs that are withheld, if a shard has twice as many."""


class TooFewSamplesError(ExpectedError, ValueError):
    """A data set is too small to withhold a photograph from it."""


class Validation(NamedTuple):
    """A photograph that is withheld: degraded and clean, (H, W, 3), and its diagnosis.

    The diagnosis is None if it failed.
    """

    degraded: Bytes
    clean: Bytes
    prior: DiagnosticPrior | None


def withhold(markers: Sequence[DoneMarker]) -> tuple[list[DoneMarker], Piece]:
    """Withhold the end of the largest shard of a data set.

    Returns:
        The markers, as if the shard ended before it; and what is withheld, at most half of the
        shard.

    Raises:
        TooFewSamplesError: no shard has two samples.
    """
    largest = max(markers, key=lambda marker: (marker.samples, marker.shard))
    count = min(MOST, largest.samples // 2)
    if not count:
        raise TooFewSamplesError(
            "alignment withholds some samples, which it never learns from, to guard fidelity; this "
            "data set has too few: synthesize more"
        )
    end = largest.samples - count
    shortened = largest.model_copy(update={"samples": end})
    rest = [shortened if marker is largest else marker for marker in markers]
    return rest, Piece(largest.shard, end, largest.samples)


def read_validation(shards: str, annotations: str, piece: Piece) -> list[Validation]:
    """Read what is withheld from a data set, with the annotations of it.

    Raises:
        MissingDiagnosesError: the annotations do not cover it.
        NoShardsError, ShardDamagedError: see `ShardStream.read`.
    """
    markers = [require_marker(shards, piece.shard)]
    images = ShardStream(shards, markers, "clean.png", "degraded.png").read(piece)
    diagnoses = DiagnosisStream(annotations, check_diagnosed(shards, markers, annotations))
    return [
        Validation(
            unpack(sample, "degraded.png", decode_png),
            unpack(sample, "clean.png", decode_png),
            None if diagnosis is None else unpack(diagnosis, "prior.json", load_prior),
        )
        for sample, diagnosis in zip(images, diagnoses.read(piece), strict=True)
    ]


def restore_all(photographs: Sequence[Validation], restorer: PhotographRestorer) -> Restorations:
    """Restore photographs as they are in use."""
    restored = [restorer.restore(one.degraded, one.prior) for one in photographs]
    return Restorations(
        degraded=[one.degraded for one in photographs],
        restored=[np.asarray(pixels, np.uint8) for pixels in restored],
        clean=[one.clean for one in photographs],
    )
