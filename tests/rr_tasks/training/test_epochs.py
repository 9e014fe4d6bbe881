from collections import Counter
from collections.abc import Callable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from torch import distributed

from rr_tasks.shards.stream import Piece
from rr_tasks.training.epochs import Epochs, NoSamplesError, deal_epochs
from schemas.errors import ExpectedError
from schemas.shard import DoneMarker

Place = tuple[int, int]
Deal = Callable[..., Epochs]
MakeMarkers = Callable[[Sequence[int]], list[DoneMarker]]


def places(dealt: Epochs, epoch: int) -> list[Place]:
    """Shard and index of all samples of an epoch, in order."""
    return [
        (piece.shard, index)
        for number in range(dealt.rounds)
        for piece in dealt.pieces(epoch, number)
        for index in range(piece.start, piece.stop)
    ]


def everything(counts: Sequence[int]) -> Counter[Place]:
    numbers = (number + number // 2 for number in range(len(counts)))
    return Counter(
        (shard, index)
        for shard, count in zip(numbers, counts, strict=True)
        for index in range(count)
    )


some_counts = st.lists(st.integers(0, 40), min_size=1, max_size=12).filter(any)


@given(
    counts=some_counts,
    ranks=st.integers(1, 5),
    samples_per_round=st.integers(1, 30),
    epoch=st.integers(0, 3),
)
def test_the_ranks_share_out_an_epoch(
    deal: Deal, counts: list[int], ranks: int, samples_per_round: int, epoch: int
) -> None:
    shares = [
        deal(counts, samples_per_round=samples_per_round, rank=rank, ranks=ranks)
        for rank in range(ranks)
    ]
    seen = Counter(place for share in shares for place in places(share, epoch))
    twice = seen - everything(counts)
    assert not everything(counts) - seen
    assert twice.total() == -sum(counts) % ranks
    assert len({len(places(share, epoch)) for share in shares}) == 1


@given(counts=some_counts, seed=st.integers(0, 3), data=st.data())
def test_what_is_left_out_is_never_dealt_and_all_else_is(
    deal: Deal, counts: list[int], seed: int, data: st.DataObject
) -> None:
    wanted = everything(counts)
    away = data.draw(st.sets(st.sampled_from(sorted(wanted)), max_size=len(wanted) - 1))
    without = [Piece(shard, place, place + 1) for shard, place in away]
    dealt = deal(counts, seed=seed, without=without)
    assert Counter(places(dealt, 0)) == wanted - Counter(away)


def test_two_nodes_with_two_workers_share_without_overlap_or_loss(deal: Deal) -> None:
    counts = (16, 16, 13, 16, 3)
    seen: Counter[Place] = Counter()
    for node in (0, 1):
        for worker in (0, 1):
            seen += Counter(places(deal(counts, rank=2 * node + worker, ranks=4), 5))
    assert seen == everything(counts)


@given(counts=some_counts, ranks=st.integers(1, 5), samples_per_round=st.integers(1, 30))
def test_a_round_has_the_size_it_says_and_not_much_more_than_wanted(
    deal: Deal, counts: list[int], ranks: int, samples_per_round: int
) -> None:
    dealt = deal(counts, samples_per_round=samples_per_round, rank=ranks - 1, ranks=ranks)
    for number in range(dealt.rounds):
        pieces = dealt.pieces(2, number)
        assert sum(piece.stop - piece.start for piece in pieces) == dealt.size(number)
        assert dealt.size(number) <= samples_per_round + 4
        assert all(piece.start < piece.stop for piece in pieces)


def test_a_shard_larger_than_a_round_is_read_in_pieces(deal: Deal) -> None:
    dealt = deal((1000,), samples_per_round=40)
    assert dealt.rounds == 25
    assert max(dealt.size(number) for number in range(25)) <= 44
    assert Counter(places(dealt, 0)) == everything((1000,))


def test_a_round_mixes_shards(deal: Deal) -> None:
    dealt = deal([32] * 16, samples_per_round=64)
    for number in range(dealt.rounds):
        assert len({piece.shard for piece in dealt.pieces(0, number)}) >= 4


def test_every_lane_goes_on_where_it_stopped(deal: Deal) -> None:
    dealt = deal([32] * 16, samples_per_round=24)
    starts = [
        (piece.shard, piece.start)
        for number in range(dealt.rounds)
        for piece in dealt.pieces(3, number)
    ]
    stops = {
        (piece.shard, piece.stop)
        for number in range(dealt.rounds)
        for piece in dealt.pieces(3, number)
    }
    fresh = [start for start in starts if start not in stops]
    assert len(fresh) == 16
    assert len(set(starts)) == len(starts)


def test_epochs_and_seeds_differ_in_order(deal: Deal) -> None:
    counts = [4] * 10
    orders = {
        tuple(places(deal(counts, seed=seed), epoch)) for seed in (0, 1) for epoch in (0, 1, 2)
    }
    assert len(orders) == 6
    assert places(deal(counts, seed=1), 2) == places(deal(counts, seed=1), 2)


@pytest.mark.parametrize("counts", [(), (0,), (0, 0)])
def test_no_samples_is_an_error_that_says_what_to_do(deal: Deal, counts: Sequence[int]) -> None:
    with pytest.raises(NoSamplesError, match="synthesize some first") as caught:
        deal(counts)
    assert isinstance(caught.value, ExpectedError)


def test_alone_a_process_takes_everything(make_markers: MakeMarkers) -> None:
    alone = deal_epochs(make_markers([10] * 5), samples_per_round=8, seed=0)
    assert Counter(places(alone, 0)) == everything([10] * 5)


def test_together_a_process_takes_its_share(
    deal: Deal, make_markers: MakeMarkers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(distributed, "is_initialized", lambda: True)
    monkeypatch.setattr(distributed, "get_rank", lambda: 2)
    monkeypatch.setattr(distributed, "get_world_size", lambda: 5)
    own = deal_epochs(make_markers([10] * 5), samples_per_round=8, seed=0)
    assert places(own, 0) == places(deal([10] * 5, rank=2, ranks=5), 0)
    assert own.samples == 10
