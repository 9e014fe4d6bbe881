"""Training batches from shards: shuffled, in bounded memory, and the same for the same step.

Decoding a photograph costs more than cutting one crop from it, so photographs are decoded a round
at a time, each gives several examples, and the examples of a round are shuffled. While one round is
in use, the next is prepared. A batch depends only on the data, the seed, the rank and its number,
so a run that resumes in the middle sees exactly what it would have seen.
"""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Generic, Protocol, Self, TypeVar

import numpy as np
import numpy.typing as npt
import torch

from rr_tasks.shards.stream import Piece
from rr_tasks.training.epochs import Epochs

Example = dict[str, npt.NDArray[np.generic]]
Batch = dict[str, torch.Tensor]
SampleT = TypeVar("SampleT")
ExampleT = TypeVar("ExampleT")
BatchT = TypeVar("BatchT")
BatchT_co = TypeVar("BatchT_co", covariant=True)

_DECODERS = 2


class Batches(Protocol[BatchT_co]):
    """Serves batches by number."""

    def batch(self, number: int) -> BatchT_co:
        """Return a batch; the same number gives the same batch."""


def stack(examples: Sequence[Example]) -> Batch:
    """Stack arrays of the same name along a new first dimension."""
    return {
        name: torch.from_numpy(np.stack([example[name] for example in examples]))
        for name in examples[0]
    }


class RoundLoader(Generic[SampleT, ExampleT, BatchT]):
    """Batches of a data set, cut from the endless sequence of its rounds.

    Args:
        epochs: the samples of each round.
        read: streams the samples of a piece; called from one thread.
        load: decodes one sample into at least `examples_per_sample` examples; called from several
            threads.
        collate: makes a batch from examples.
        examples_per_sample: a round has this many examples for each of its samples. Samples for
            which `load` returns more are drawn more often; the surplus of a round is left out at
            random.
        batch_size: examples per batch.
    """

    def __init__(
        self,
        epochs: Epochs,
        read: Callable[[Piece], Iterator[SampleT]],
        load: Callable[[SampleT, np.random.Generator], list[ExampleT]],
        collate: Callable[[Sequence[ExampleT]], BatchT],
        *,
        examples_per_sample: int,
        batch_size: int,
    ) -> None:
        self._epochs, self._read, self._load, self._collate = epochs, read, load, collate
        self._examples_per_sample, self._batch_size = examples_per_sample, batch_size
        sizes = [epochs.size(number) for number in range(epochs.rounds)]
        self._ends = np.cumsum(sizes) * examples_per_sample
        self._reader = ThreadPoolExecutor(1, thread_name_prefix="rounds")
        self._decoders = ThreadPoolExecutor(_DECODERS, thread_name_prefix="decode")
        self._rounds: dict[int, Future[list[ExampleT]]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._reader.shutdown(cancel_futures=True)
        self._decoders.shutdown()

    def batch(self, number: int) -> BatchT:
        """See `Batches.batch`; memory holds the rounds of the batch and the next round."""
        chosen: list[ExampleT] = []
        first, place = self._locate(number * self._batch_size)
        wanted = first
        while len(chosen) < self._batch_size:
            examples = self._round(wanted)
            chosen += examples[place : place + self._batch_size - len(chosen)]
            wanted, place = wanted + 1, 0
        for other in self._rounds.keys() - set(range(first, wanted + 1)):
            del self._rounds[other]
        return self._collate(chosen)

    def _locate(self, example: int) -> tuple[int, int]:
        """Return the round of an example in the endless sequence, and its position there."""
        epoch, rest = divmod(example, int(self._ends[-1]))
        number = int(np.searchsorted(self._ends, rest, side="right"))
        begin = int(self._ends[number - 1]) if number else 0
        return epoch * self._epochs.rounds + number, rest - begin

    def _round(self, number: int) -> list[ExampleT]:
        for wanted in (number, number + 1):
            if wanted not in self._rounds:
                self._rounds[wanted] = self._reader.submit(self._prepare, wanted)
        return self._rounds[number].result()

    def _prepare(self, number: int) -> list[ExampleT]:
        epoch, place = divmod(number, self._epochs.rounds)
        examples = [example for loaded in self._load_round(epoch, place) for example in loaded]
        lot = np.random.default_rng((1, self._epochs.seed, epoch, place))
        order = lot.permutation(len(examples))
        size = self._epochs.size(place) * self._examples_per_sample
        return [examples[index] for index in order[:size]]

    def _load_round(self, epoch: int, place: int) -> Iterator[list[ExampleT]]:
        """Load a round's samples in parallel, which affects neither the order nor the draws."""
        waiting: deque[Future[list[ExampleT]]] = deque()
        for piece in self._epochs.pieces(epoch, place):
            for index, sample in enumerate(self._read(piece), piece.start):
                rng = np.random.default_rng((2, self._epochs.seed, epoch, piece.shard, index))
                waiting.append(self._decoders.submit(self._load, sample, rng))
                if len(waiting) > 2 * _DECODERS:
                    yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
