"""Tables with the rows of one shard, each made once."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import polars as pl

from rr_tasks.stopping import until_asked
from rr_tasks.storage.claim import claim
from rr_tasks.storage.files import exists, join, list_paths
from rr_tasks.storage.tables import publish_table


def publish_rows(
    url: str,
    make: Callable[[], Iterable[dict[str, Any]]],
    columns: Mapping[str, type[pl.DataType]],
) -> str:
    """Publish the rows that `make` yields as a parquet file, and return its URL.

    An existing file is kept.

    Raises:
        HeldError: another run is making the file.
        StorageError: storage refuses.
    """
    if exists(url):
        return url
    with claim(url):
        if not exists(url):  # whoever held the claim may have finished just now
            publish_table(pl.DataFrame(list(until_asked(make())), schema=columns), url)
    return url


def find_rows(folder: str, names: Mapping[int, str]) -> dict[int, str]:
    """Find the URLs of existing tables by shard number, given the name of each shard's table."""
    there = list_paths(folder)
    return {shard: join(folder, name) for shard, name in names.items() if name in there}
