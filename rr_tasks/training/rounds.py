"""Training batches from shards: shuffled, in bounded memory, and the same for the same step.

Decoding a photograph costs more than cutting one crop from it, so photographs are decoded a round
at a time, each gives several examples, and the examples of a round are shuffled. While one round
is used the next is prepared. Batch `step` depends on the seed and `step` alone: a run that resumes
in the middle sees exactly what it would have seen.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Self

import numpy as np
import numpy.typing as npt
import torch

from schemas.errors import ExpectedError

Example = dict[str, npt.NDArray[np.generic]]
Batch = dict[str, torch.Tensor]
LoadExamples = Callable[[str, np.random.Generator], list[Example]]


class NoSamplesError(ExpectedError, ValueError):
    """A data set is empty."""


class RoundLoader:
    """Serves batches by step number.

    Args:
        keys: the samples of the data set.
        load: decodes one sample into `examples_per_key` examples (arrays of equal shapes).
        examples_per_key: how many examples `load` returns.
        batch_size: examples a batch.
        keys_per_round: samples decoded together; memory holds two rounds.
        seed: decides order and all draws of `load`.
    """

    def __init__(
        self,
        keys: Sequence[str],
        load: LoadExamples,
        *,
        examples_per_key: int,
        batch_size: int,
        keys_per_round: int,
        seed: int,
    ) -> None:
        if not keys:
            raise NoSamplesError("there are no samples to train on; synthesize some first")
        self._keys, self._load, self._seed = keys, load, seed
        self._batch_size, self._keys_per_round = batch_size, keys_per_round
        self._steps_per_round = max(1, keys_per_round * examples_per_key // batch_size)
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="rounds")
        self._rounds: dict[int, Future[list[Example]]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._worker.shutdown(cancel_futures=True)

    def batch(self, step: int) -> Batch:
        """The batch of a step, as tensors stacked along a new first dimension."""
        number, place = divmod(step, self._steps_per_round)
        for wanted in (number, number + 1):
            if wanted not in self._rounds:
                self._rounds[wanted] = self._worker.submit(self._prepare, wanted)
        for passed in [other for other in self._rounds if other < number]:
            del self._rounds[passed]
        examples = self._rounds[number].result()
        first = place * self._batch_size
        chosen = [
            examples[index % len(examples)] for index in range(first, first + self._batch_size)
        ]
        return {
            name: torch.from_numpy(np.stack([example[name] for example in chosen]))
            for name in chosen[0]
        }

    def _prepare(self, number: int) -> list[Example]:
        rng = np.random.default_rng((self._seed, number))
        examples = [example for key in self._keys_of(number) for example in self._load(key, rng)]
        return [examples[index] for index in rng.permutation(len(examples))]

    def _keys_of(self, number: int) -> list[str]:
        places = np.arange(self._keys_per_round) + number * self._keys_per_round
        epochs, indices = np.divmod(places, len(self._keys))
        orders = {epoch: self._order(int(epoch)) for epoch in np.unique(epochs)}
        return [
            self._keys[orders[epoch][index]] for epoch, index in zip(epochs, indices, strict=True)
        ]

    def _order(self, epoch: int) -> npt.NDArray[np.int64]:
        return np.random.default_rng((self._seed, epoch, 1)).permutation(len(self._keys))
