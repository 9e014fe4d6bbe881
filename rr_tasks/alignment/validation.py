"""Photographs that alignment never learns from: they test the judge, and guard fidelity."""

from collections.abc import Sequence
from itertools import groupby, islice
from typing import NamedTuple

import numpy as np

from rr_tasks.alignment.rewards.restorations import Restorations
from rr_tasks.photographs.pixels import Bytes
from rr_tasks.restorer.photograph import PhotographRestorer
from rr_tasks.shards.png import decode_png
from rr_tasks.shards.reader import sidecar_url
from rr_tasks.shards.stream import Piece, ShardStream, require_marker, unpack
from rr_tasks.storage.tables import read_tables
from rr_tasks.training.dataset import check_diagnosed
from rr_tasks.training.diagnoses import DiagnosisStream
from schemas.errors import ExpectedError
from schemas.prior.current import DiagnosticPrior
from schemas.prior.migrations import load_prior
from schemas.shard import DoneMarker

MOST_PHOTOGRAPHS, LARGEST_SHARE = 8, 0.25
"""That are withheld from a data set, but at least one."""

MOST_LOOKS = 16
"""Samples that are looked at, of all photographs that are withheld."""


class TooFewPhotographsError(ExpectedError, ValueError):
    """A data set is too small to withhold a photograph from it."""


class Withheld(NamedTuple):
    """What is not learned from: all samples of some photographs, and those that are looked at."""

    samples: list[Piece]
    looks: list[Piece]


class Validation(NamedTuple):
    """A photograph that is withheld: degraded and clean, (H, W, 3), and its diagnosis.

    The diagnosis is None if it failed.
    """

    degraded: Bytes
    clean: Bytes
    prior: DiagnosticPrior | None


def withhold(shards: str, markers: Sequence[DoneMarker]) -> Withheld:
    """Choose the photographs at the end of a data set, so that few shards hold what is looked at.

    Samples of a photograph lie side by side in several places. All are withheld; those of its last
    place are looked at, as many of each photograph, as different as they are there.

    Raises:
        TooFewPhotographsError: all samples are of one photograph.
        DamagedTableError: a sidecar cannot be read.
    """
    runs = _list_runs(shards, markers)
    last: dict[str, Piece] = {}
    for source, piece in reversed(runs):
        last.setdefault(source, piece)
    if len(last) < 2:
        raise TooFewPhotographsError(
            "alignment withholds some photographs, which it never learns from, to guard fidelity; "
            "this data set has a single one: synthesize samples of more"
        )
    count = max(1, min(MOST_PHOTOGRAPHS, int(LARGEST_SHARE * len(last))))
    chosen = dict(islice(last.items(), count))
    looks = [one for piece in chosen.values() for one in _pick(piece, MOST_LOOKS // count)]
    return Withheld([piece for source, piece in runs if source in chosen], looks)


def _list_runs(shards: str, markers: Sequence[DoneMarker]) -> list[tuple[str, Piece]]:
    """List where samples of the same photograph lie side by side, in the order of the shards."""
    tables = read_tables([sidecar_url(shards, marker.shard) for marker in markers])
    runs = []
    for marker, table in zip(markers, tables, strict=True):
        start = 0
        for source, samples in groupby(table.filter(status="ok")["source"].to_list()):
            stop = start + len(list(samples))
            runs.append((source, Piece(marker.shard, start, stop)))
            start = stop
    return runs


def _pick(piece: Piece, most: int) -> list[Piece]:
    """Pick samples of a piece at equal distances."""
    count = min(most, piece.stop - piece.start)
    places = [piece.start + number * (piece.stop - piece.start) // count for number in range(count)]
    return [Piece(piece.shard, place, place + 1) for place in places]


def read_validation(shards: str, annotations: str, looks: Sequence[Piece]) -> list[Validation]:
    """Read samples of a data set that are looked at, with their annotations.

    Raises:
        MissingDiagnosesError: the annotations do not cover it.
        NoShardsError, ShardDamagedError: see `ShardStream.read`.
    """
    numbers = sorted({piece.shard for piece in looks})
    markers = [require_marker(shards, number) for number in numbers]
    images = ShardStream(shards, markers, "clean.png", "degraded.png")
    diagnoses = DiagnosisStream(annotations, check_diagnosed(shards, markers, annotations))
    return [
        Validation(
            unpack(sample, "degraded.png", decode_png),
            unpack(sample, "clean.png", decode_png),
            None if diagnosis is None else unpack(diagnosis, "prior.json", load_prior),
        )
        for piece in looks
        for sample, diagnosis in zip(images.read(piece), diagnoses.read(piece), strict=True)
    ]


def restore_all(photographs: Sequence[Validation], restorer: PhotographRestorer) -> Restorations:
    """Restore photographs as they are in use."""
    restored = [restorer.restore(one.degraded, one.prior) for one in photographs]
    return Restorations(
        degraded=[one.degraded for one in photographs],
        restored=[np.asarray(pixels, np.uint8) for pixels in restored],
        clean=[one.clean for one in photographs],
    )
