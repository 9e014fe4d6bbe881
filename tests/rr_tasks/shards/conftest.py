"""A made-up shard."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from rr_tasks.shards.writer import Outcome, sample_key
from schemas.shard import SampleRow

SPEC_HASH = "0123456789abcdef"


def outcomes(count: int = 4, *, shard: int = 0, failed: tuple[int, ...] = ()) -> Iterator[Outcome]:
    for index in range(count):
        key = sample_key(shard, index)
        if index in failed:
            yield SampleRow(key=key, source="a.jpg", status="failed", error="it broke"), None
            continue
        row = SampleRow(key=key, source="a.jpg", status="ok", width=2, height=1, haze=float(index))
        content = bytes([index % 256]) * (700 + index)
        yield row, {"clean.png": content, "prior.json": f'{{"number": {index}}}'}


@pytest.fixture
def make_outcomes() -> Callable[..., Iterator[Outcome]]:
    """Makes `count` rows with samples, but no sample for those `failed`."""
    return outcomes


@pytest.fixture
def write() -> Callable[..., Any]:
    """Writes a made-up shard into a folder."""
    from rr_tasks.shards.writer import write_shard

    def make(folder: str, shard: int = 0, **options: Any) -> Any:
        return write_shard(folder, shard, SPEC_HASH, 1, outcomes(shard=shard, **options))

    return make
