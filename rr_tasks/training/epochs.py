"""Deals the samples of a data set to ranks and rounds, from the done markers alone."""

from collections.abc import Iterable, Iterator
from dataclasses import astuple

import numpy as np
import torch.distributed

from rr_tasks.shards.stream import Piece
from schemas.errors import ExpectedError
from schemas.shard import DoneMarker

_LANES = 4


class NoSamplesError(ExpectedError, ValueError):
    """A data set is empty."""


class Epochs:
    """Determines which pieces of shards make up each round of each epoch of one rank.

    An epoch lines up all shards in a seeded order and divides the line into equal stretches, one
    for each rank (node x worker). If the samples do not divide evenly, the last ranks continue from
    the beginning of the line: no sample is left out, fewer samples than ranks are used twice, and
    all ranks take the same number of steps, so that none waits forever for another.

    A stretch is read in four parallel lanes: a round takes a cell from each, so that it mixes
    shards that are far apart, and each lane reads its shards from front to back. Everything is a
    function of seed, rank and number, so nothing needs to be read to resume in the middle.

    Args:
        markers: the finished shards.
        without: samples that are never dealt, as if the shards did not hold them.
        samples_per_round: the approximate maximum of samples in a round, which may have up to four
            more.
        seed: decides the order of the shards.
        rank: the number of this process among those that train together.
        ranks: the number of such processes.

    Raises:
        NoSamplesError: there is nothing to deal.
    """

    def __init__(
        self,
        markers: Iterable[DoneMarker],
        *,
        without: Iterable[Piece] = (),
        samples_per_round: int,
        seed: int,
        rank: int,
        ranks: int,
    ) -> None:
        kept = _leave_out(markers, without)
        self._pieces = np.array([astuple(piece) for piece in kept], np.int64).reshape(-1, 3)
        self._counts = self._pieces[:, 2] - self._pieces[:, 1]
        self.seed, self._rank = seed, rank
        self.samples = -(-int(self._counts.sum()) // ranks)
        """Samples of this rank in an epoch."""
        if not self.samples:
            raise NoSamplesError("there are no samples to train on; synthesize some first")
        self.rounds = -(-self.samples // samples_per_round)
        """Rounds of this rank in an epoch."""

    def pieces(self, epoch: int, number: int) -> list[Piece]:
        """Return round `number` of an epoch."""
        order = np.random.default_rng((0, self.seed, epoch)).permutation(len(self._pieces))
        line, counts = self._pieces[order], self._counts[order]
        first = self._rank * self.samples
        return [
            piece
            for start, stop in self._cells(number)
            for piece in _cut(line, counts, first + start, first + stop)
        ]

    def size(self, number: int) -> int:
        """Return the number of samples in round `number` of any epoch."""
        return sum(stop - start for start, stop in self._cells(number))

    def _cells(self, number: int) -> Iterator[tuple[int, int]]:
        cells = self.rounds * _LANES
        for cell in range(number, cells, self.rounds):
            yield cell * self.samples // cells, (cell + 1) * self.samples // cells


def deal_epochs(
    markers: Iterable[DoneMarker],
    *,
    without: Iterable[Piece] = (),
    samples_per_round: int,
    seed: int,
) -> Epochs:
    """Deal this process its share, or all of it if no `torch.distributed` is initialized."""
    rank, ranks = 0, 1
    if torch.distributed.is_available() and torch.distributed.is_initialized():
        rank, ranks = torch.distributed.get_rank(), torch.distributed.get_world_size()
    return Epochs(
        markers,
        without=without,
        samples_per_round=samples_per_round,
        seed=seed,
        rank=rank,
        ranks=ranks,
    )


def _leave_out(markers: Iterable[DoneMarker], pieces: Iterable[Piece]) -> Iterator[Piece]:
    """Return what remains of the shards without some pieces, which do not overlap."""
    gaps: dict[int, list[Piece]] = {}
    for piece in sorted(pieces, key=lambda piece: piece.start):
        gaps.setdefault(piece.shard, []).append(piece)
    for marker in markers:
        end = Piece(marker.shard, marker.samples, marker.samples)
        start = 0
        for gap in [*gaps.get(marker.shard, []), end]:
            if start < gap.start:
                yield Piece(marker.shard, start, gap.start)
            start = gap.stop


def _cut(line: np.ndarray, counts: np.ndarray, start: int, stop: int) -> Iterator[Piece]:
    """Return the pieces that cover samples `start` to `stop` of the endlessly repeated line."""
    ends = np.cumsum(counts)
    while start < stop:
        place = start % int(ends[-1])
        index = int(np.searchsorted(ends, place, side="right"))
        length = min(stop - start, int(ends[index]) - place)
        shard, first, _ = line[index].tolist()
        begin = first + place - int(ends[index] - counts[index])
        yield Piece(shard, begin, begin + length)
        start += length
