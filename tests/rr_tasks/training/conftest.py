"""Made-up markers of shards, and epochs of them."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from rr_tasks.training.epochs import Epochs
from schemas.shard import DoneMarker


def markers(counts: Sequence[int]) -> list[DoneMarker]:
    """Done markers of shards with so many samples; every third number is left out."""
    return [
        DoneMarker(
            shard=number + number // 2,
            samples=count,
            failures=0,
            size_bytes=0,
            sha256="0" * 64,
            spec_hash="0" * 16,
            schema_version=1,
            code_version="0",
            finished_at="",
        )
        for number, count in enumerate(counts)
    ]


@pytest.fixture(scope="session")
def make_markers() -> Callable[[Sequence[int]], list[DoneMarker]]:
    """Makes done markers of shards with so many samples."""
    return markers


@pytest.fixture(scope="session")
def deal() -> Callable[..., Epochs]:
    """Deals out shards with so many samples."""

    def make(counts: Sequence[int], **options: Any) -> Epochs:
        chosen = {"samples_per_round": 8, "seed": 0, "rank": 0, "ranks": 1, **options}
        return Epochs(markers(counts), **chosen)

    return make
