"""Reads the rows of one shard, which give the outcome of each input."""

from polars import selectors as cs

from rr_tasks.shards.reader import advise_remake, sidecar_url
from rr_tasks.shards.writer import ShardDamagedError
from rr_tasks.storage.failure import MissingFileError
from rr_tasks.storage.tables import DamagedTableError, query_tables
from schemas.shard import SampleRow


def shard_rows(folder: str, shard: int) -> list[SampleRow]:
    """Read the rows of a finished shard, failures included, in the order of its inputs.

    Raises:
        ShardDamagedError: the sidecar is missing or cut off.
    """
    url = sidecar_url(folder, shard)
    try:
        rows = query_tables([url], lambda table: table)
    except (MissingFileError, DamagedTableError) as error:
        reason = "missing" if isinstance(error, MissingFileError) else "not a readable parquet file"
        raise ShardDamagedError(f"{url}: {reason}; {advise_remake(url)}") from error
    # A data set may have columns for more types, and one of an earlier release has fewer columns.
    known = rows.select(cs.by_name(*SampleRow.model_fields, require_all=False))
    return [SampleRow.model_validate(row) for row in known.iter_rows(named=True)]
