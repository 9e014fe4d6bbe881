import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from rr_tasks.shards.stream import Piece
from rr_tasks.training import rounds
from rr_tasks.training.epochs import Epochs
from rr_tasks.training.rounds import Batch, Example, RoundLoader, stack

Sample = tuple[int, int]
Loader = RoundLoader[Sample, Example, Batch]
Deal = Callable[..., Epochs]

COUNTS = (5, 4, 3)
"""Twelve samples of two examples each: six batches of four an epoch."""


def read(piece: Piece) -> Iterator[Sample]:
    yield from ((piece.shard, index) for index in range(piece.start, piece.stop))


def load(sample: Sample, rng: np.random.Generator) -> list[Example]:
    return [
        {"key": np.array([*sample, copy]), "draw": rng.random(3).astype(np.float32)}
        for copy in range(2)
    ]


@pytest.fixture(scope="session")
def loader(deal: Deal) -> Callable[..., Loader]:
    """Makes loaders of made-up samples."""

    def make(
        counts: Sequence[int] = COUNTS,
        *,
        batch_size: int = 4,
        load: Callable[[Sample, np.random.Generator], list[Example]] = load,
        **options: int,
    ) -> Loader:
        dealt = deal(counts, **{"samples_per_round": 6, **options})
        return RoundLoader(dealt, read, load, stack, examples_per_sample=2, batch_size=batch_size)

    return make


Make = Callable[..., Loader]


def same(one: Batch, other: Batch) -> bool:
    return one.keys() == other.keys() and all(torch.equal(one[name], other[name]) for name in one)


def keys(batches: Loader, steps: range) -> list[tuple[int, ...]]:
    """Shard, index and copy of every example of some steps."""
    return [tuple(key) for step in steps for key in batches.batch(step)["key"].tolist()]


def everything(counts: Sequence[int] = COUNTS) -> Counter[tuple[int, ...]]:
    return Counter(
        (number + number // 2, index, copy)
        for number, count in enumerate(counts)
        for index in range(count)
        for copy in (0, 1)
    )


@given(
    counts=st.lists(st.integers(0, 9), min_size=1, max_size=5).filter(any),
    batch_size=st.integers(1, 30),
    samples_per_round=st.integers(1, 12),
    rank=st.integers(0, 1),
    start=st.integers(0, 12),
)
def test_a_batch_is_the_same_wherever_one_starts(
    loader: Make,
    counts: list[int],
    batch_size: int,
    samples_per_round: int,
    rank: int,
    start: int,
) -> None:
    options = {"samples_per_round": samples_per_round, "rank": rank, "ranks": 2}
    with (
        loader(counts, batch_size=batch_size, **options) as through,
        loader(counts, batch_size=batch_size, **options) as later,
    ):
        batches = [through.batch(step) for step in range(start + 3)]
        for step in range(start, start + 3):
            assert same(later.batch(step), batches[step])


def test_a_batch_may_be_asked_for_again(loader: Make) -> None:
    with loader() as batches:
        late = batches.batch(11)
        assert not same(batches.batch(0), late)
        assert len(batches._rounds) == 2
        assert same(batches.batch(11), late)


def test_batches_are_stacked_tensors(loader: Make) -> None:
    with loader() as batches:
        batch = batches.batch(0)
    assert batch["key"].shape == (4, 3)
    assert batch["draw"].shape == (4, 3)
    assert batch["draw"].dtype == torch.float32


@pytest.mark.parametrize("batch_size", [4, 3, 24])
def test_an_epoch_gives_every_example_once(loader: Make, batch_size: int) -> None:
    steps = 24 // batch_size
    with loader(batch_size=batch_size) as batches:
        for epoch in range(3):
            seen = keys(batches, range(steps * epoch, steps * (epoch + 1)))
            assert Counter(seen) == everything()


def test_two_nodes_with_two_workers_see_everything_once(loader: Make) -> None:
    seen: Counter[tuple[int, ...]] = Counter()
    for rank in range(4):
        with loader(batch_size=3, rank=rank, ranks=4) as batches:
            seen += Counter(keys(batches, range(2)))
    assert seen == everything()


def test_epochs_and_seeds_differ_in_order_and_draws(loader: Make) -> None:
    with loader() as one, loader(seed=1) as other:
        orders = [keys(one, range(6)), keys(one, range(6, 12)), keys(other, range(6))]
        assert orders[0] != orders[1]
        assert orders[0] != orders[2]
        draws = [one.batch(step)["draw"] for step in range(12)]
        draws += [other.batch(step)["draw"] for step in range(6)]
    assert torch.stack(draws).unique().numel() == 18 * 4 * 3


def test_copies_of_a_photograph_do_not_follow_each_other(loader: Make) -> None:
    with loader((40,), samples_per_round=40) as batches:
        seen = keys(batches, range(20))
    neighbours = sum(one[:2] == other[:2] for one, other in pairwise(seen))
    assert neighbours < 8


def test_a_batch_larger_than_the_data_set_repeats_it(loader: Make) -> None:
    with loader((3,), batch_size=64) as batches:
        seen = Counter(key[1] for key in keys(batches, range(3)))
    assert seen == {0: 64, 1: 64, 2: 64}


def test_samples_with_more_examples_are_drawn_more_often(loader: Make) -> None:
    def load_thrice(sample: Sample, rng: np.random.Generator) -> list[Example]:
        return [example for _ in range(3 if sample[1] == 0 else 1) for example in load(sample, rng)]

    with loader((4,), load=load_thrice) as batches:
        seen = Counter(key[1] for key in keys(batches, range(600)))
        assert {len(held.result()) for held in batches._rounds.values()} == {8}
    others = [seen[index] for index in (1, 2, 3)]
    assert seen[0] == pytest.approx(1200, rel=0.1)
    assert others == pytest.approx([400] * 3, rel=0.15)


def test_the_number_of_decoders_changes_nothing(
    loader: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []
    for decoders in (1, 2, 5):
        monkeypatch.setattr(rounds, "_DECODERS", decoders)
        with loader() as batches:
            seen.append([batches.batch(step) for step in range(8)])
    for several in seen[1:]:
        assert all(same(*pair) for pair in zip(seen[0], several, strict=True))


def test_memory_holds_two_rounds_and_few_undecoded_samples(
    deal: Deal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rounds, "_DECODERS", 2)
    lock, inside, most, read_so_far = threading.Lock(), 0, 0, 0

    def reading(piece: Piece) -> Iterator[Sample]:
        nonlocal inside, most, read_so_far
        for sample in read(piece):
            with lock:
                inside, read_so_far = inside + 1, read_so_far + 1
                most = max(most, inside)
            yield sample

    def loading(sample: Sample, rng: np.random.Generator) -> list[Example]:
        nonlocal inside
        with lock:
            inside -= 1
        return load(sample, rng)

    dealt = deal([50] * 20, samples_per_round=20)
    with RoundLoader(
        dealt, reading, loading, stack, examples_per_sample=2, batch_size=4
    ) as batches:
        for step in range(60):
            batches.batch(step)
            assert len(batches._rounds) <= 2
            assert read_so_far <= (step // 10 + 2) * 20
    assert most <= 6


@pytest.mark.parametrize("place", ["read", "load"])
def test_an_error_reaches_the_training(deal: Deal, place: str) -> None:
    def broken(*_: object) -> Iterator[Sample]:
        raise OSError("cannot read this")

    chosen: Any = {"read": read, "load": load, place: broken}
    with (
        RoundLoader(
            deal(COUNTS), **chosen, collate=stack, examples_per_sample=2, batch_size=1
        ) as bad,
        pytest.raises(OSError, match="cannot read this"),
    ):
        bad.batch(0)
