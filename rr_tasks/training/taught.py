"""Photographs without a truth, to learn from what another reasoner says of them."""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import torch

from rr_tasks.reasoner.annotation import check_belongs
from rr_tasks.shards.rows import shard_rows
from rr_tasks.shards.stream import Piece, Sample, ShardStream
from rr_tasks.training.dataset import check_dataset, check_diagnosed
from rr_tasks.training.rounds import Batch, Batches
from schemas.errors import ExpectedError
from schemas.shard import DoneMarker

ReadSamples = Callable[[Piece], Iterator[Sample]]


class UntaughtError(ExpectedError, ValueError):
    """Annotations hold no diagnosis."""


class TaughtPhotographs(NamedTuple):
    """URLs of a data set, whose truth is not read, and of its annotations."""

    photographs: str
    annotations: str

    def open(self) -> tuple[Sequence[DoneMarker], ReadSamples]:
        """Return the markers of the diagnosed shards, and what reads their samples.

        Samples are photographs with the prior of the annotations. A marker counts the diagnoses of
        its shard, and so do the places of a piece, because what was not diagnosed teaches nothing.

        Raises:
            UntaughtError: nothing was diagnosed.
            OtherDataSetError: the annotations belong to another data set.
            MissingDiagnosesError, UnfinishedDataSetError: something has not been made yet.
        """
        check_belongs(self.annotations, self.photographs)
        markers = check_dataset(self.photographs)
        diagnosed = check_diagnosed(self.photographs, markers, self.annotations)
        if not sum(marker.samples for marker in diagnosed):
            raise UntaughtError(
                f"{self.annotations}: no photograph was diagnosed, so there is nothing to learn; "
                f"`rr inspect {self.annotations}` says why"
            )
        return diagnosed, _Reader(self, markers, diagnosed).read


class _Reader:
    """Reads diagnosed photographs in the order of their annotations; for one thread only."""

    def __init__(
        self,
        taught: TaughtPhotographs,
        photographs: Sequence[DoneMarker],
        diagnosed: Sequence[DoneMarker],
    ) -> None:
        self._annotations = taught.annotations
        self._photographs = ShardStream(taught.photographs, photographs, "degraded.png")
        self._diagnoses = ShardStream(taught.annotations, diagnosed, "prior.json")

    def read(self, piece: Piece) -> Iterator[Sample]:
        """Stream the samples of a piece, whose places count diagnoses.

        Raises:
            ShardDamagedError, ConnectionError, TimeoutError: see `ShardStream.read`.
        """
        rows = shard_rows(self._annotations, piece.shard)  # one for each photograph
        good = [place for place, row in enumerate(rows) if row.status == "ok"]
        wanted = good[piece.start : piece.stop]
        if not wanted:
            return
        span = Piece(piece.shard, wanted[0], wanted[-1] + 1)
        diagnoses = self._diagnoses.read(piece)
        for place, sample in enumerate(self._photographs.read(span), span.start):
            if place in wanted:
                yield {**sample, "prior.json": next(diagnoses)["prior.json"]}


class Joined:
    """Batches of which each consists of a batch of one source and a batch of another.

    Args:
        parts: the sources, whose batches have the same names.
    """

    def __init__(self, *parts: Batches[Batch]) -> None:
        self._parts = parts

    def batch(self, number: int) -> Batch:
        """See `Batches.batch`."""
        found = [part.batch(number) for part in self._parts]
        return {name: torch.cat([one[name] for one in found]) for name in found[0]}
