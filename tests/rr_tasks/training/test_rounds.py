from collections import Counter

import numpy as np
import pytest
import torch

from rr_tasks.training.rounds import Batch, Example, NoSamplesError, RoundLoader
from schemas.errors import ExpectedError

KEYS = [f"{number:03d}" for number in range(12)]


def load(key: str, rng: np.random.Generator) -> list[Example]:
    return [
        {"key": np.array([int(key), copy]), "draw": rng.random(3).astype(np.float32)}
        for copy in range(2)
    ]


def loader(keys: list[str] = KEYS, *, seed: int = 0, keys_per_round: int = 6) -> RoundLoader:
    return RoundLoader(
        keys,
        load,
        examples_per_key=2,
        batch_size=4,
        keys_per_round=keys_per_round,
        seed=seed,
    )


def same(one: Batch, other: Batch) -> bool:
    return one.keys() == other.keys() and all(torch.equal(one[name], other[name]) for name in one)


def test_a_batch_is_the_same_wherever_one_starts() -> None:
    with loader() as through:
        batches = [through.batch(step) for step in range(20)]
    for start in (0, 1, 5, 13, 19):
        with loader() as later:
            for step in range(start, 20):
                assert same(later.batch(step), batches[step])


def test_a_batch_may_be_asked_for_again() -> None:
    with loader() as batches:
        late = batches.batch(11)
        assert not same(batches.batch(0), late)
        assert same(batches.batch(11), late)


def test_batches_are_stacked_tensors() -> None:
    with loader() as batches:
        batch = batches.batch(0)
    assert batch["key"].shape == (4, 2)
    assert batch["draw"].shape == (4, 3)
    assert batch["draw"].dtype == torch.float32


def test_an_epoch_covers_every_key_as_often() -> None:
    with loader() as batches:
        for epoch in range(3):
            steps = range(6 * epoch, 6 * epoch + 6)
            seen = Counter(
                tuple(pair) for step in steps for pair in batches.batch(step)["key"].tolist()
            )
            assert seen == {(number, copy): 1 for number in range(12) for copy in (0, 1)}


def test_epochs_and_seeds_differ_in_order_and_draws() -> None:
    with loader() as one, loader(seed=1) as other:
        orders = [
            torch.cat([batches.batch(step)["key"] for step in range(first, first + 6)]).tolist()
            for batches, first in ((one, 0), (one, 6), (other, 0))
        ]
        assert orders[0] != orders[1]
        assert orders[0] != orders[2]
        assert not torch.equal(one.batch(0)["draw"], one.batch(6)["draw"])


def test_few_keys_fill_a_large_round() -> None:
    with loader(KEYS[:3], keys_per_round=64) as batches:
        seen = Counter(
            key for step in range(32) for key in batches.batch(step)["key"][:, 0].tolist()
        )
    assert set(seen) == {0, 1, 2}
    assert max(seen.values()) - min(seen.values()) <= 2


def test_memory_holds_two_rounds() -> None:
    with loader() as batches:
        for step in range(30):
            batches.batch(step)
            assert len(batches._rounds) <= 2


def test_an_error_of_loading_reaches_the_training() -> None:
    def broken(key: str, _: np.random.Generator) -> list[Example]:
        raise OSError(f"cannot read {key}")

    with (
        RoundLoader(
            KEYS, broken, examples_per_key=1, batch_size=1, keys_per_round=1, seed=0
        ) as bad,
        pytest.raises(OSError, match="cannot read"),
    ):
        bad.batch(0)


def test_no_samples_is_an_error_that_says_what_to_do() -> None:
    with pytest.raises(NoSamplesError, match="synthesize some first") as caught:
        loader([])
    assert isinstance(caught.value, ExpectedError)
