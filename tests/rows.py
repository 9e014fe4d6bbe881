"""Reads the rows of a data set."""

import polars as pl

from rr_tasks.shards.reader import done_shards, sidecar_url
from rr_tasks.storage.files import read_bytes


def read_rows(folder: str) -> pl.DataFrame:
    """The sidecar rows of all finished shards, failures included."""
    urls = [sidecar_url(folder, marker.shard) for marker in done_shards(folder)]
    return pl.concat([pl.read_parquet(read_bytes(url)) for url in urls], how="diagonal")
