"""Writes tables, and queries parquet files without reading them completely."""

import io
from collections.abc import Callable, Iterator, Sequence
from functools import partial

import polars as pl
from polars import selectors as cs
from polars.exceptions import PolarsError

from rr_tasks.display import to_cell
from rr_tasks.storage.explanation import explain_errors
from rr_tasks.storage.files import publish_bytes, read_all, read_bytes
from rr_tasks.storage.filesystem import filesystem_of, is_local, is_s3
from schemas.errors import ExpectedError

# Earlier releases wrote fewer columns.
_scan = partial(
    pl.scan_parquet,
    glob=False,
    hive_partitioning=False,
    missing_columns="insert",
    extra_columns="ignore",
)


class DamagedTableError(ExpectedError, ValueError):
    """A parquet file cannot be read."""


def publish_table(table: pl.DataFrame, url: str) -> None:
    """Make a table visible at `url` as a parquet file, in one step."""
    with io.BytesIO() as buffer:
        table.write_parquet(buffer)
        publish_bytes(buffer.getvalue(), url)


def publish_csv(table: pl.DataFrame, url: str) -> None:
    """Make a table visible at `url` as CSV for people, with floats of 4 places, in one step.

    Text stays text in every spreadsheet: see `rr_tasks.display.to_cell`.
    """
    shown = table.with_columns(cs.string().map_elements(to_cell, return_dtype=pl.String))
    publish_bytes(shown.write_csv(float_precision=4).encode(), url)


def read_tables(urls: Sequence[str]) -> Iterator[pl.DataFrame]:
    """Read whole parquet files in the given order.

    Raises:
        DamagedTableError: a file is not a parquet file, or was cut off.
        StorageError: see `rr_tasks.storage.explanation.explain_errors`.
    """
    for url, content in zip(urls, read_all(urls), strict=True):
        yield _parse(url, content)


def query_tables(
    urls: Sequence[str], question: Callable[[pl.LazyFrame], pl.LazyFrame]
) -> pl.DataFrame:
    """Run a lazy query over the rows of parquet files.

    A column that only some of them have is null in the others, or left out. On disks and S3, only
    the columns the query needs are fetched, from a few files at a time; files in other storage are
    read completely.

    Args:
        urls: the files; at least one, and all in the same storage.
        question: the query, as a function of the rows.

    Raises:
        DamagedTableError: a file is not a parquet file, or was cut off.
        StorageError: see `rr_tasks.storage.explanation.explain_errors`.
    """
    try:
        return question(_rows(urls)).collect(engine="streaming")
    except (PolarsError, OSError) as error:
        _name_the_damaged(urls)
        with explain_errors(urls[0]):
            raise error


def _rows(urls: Sequence[str]) -> pl.LazyFrame:
    filesystem = filesystem_of(urls[0])[0]
    if is_s3(filesystem):
        from rr_tasks.storage.credentials import fill_in_credentials
        from schemas.settings import s3_settings

        with explain_errors(urls[0]):
            options = fill_in_credentials(s3_settings()).polars_options()
        return _scan(list(urls), storage_options=options)
    if is_local(filesystem):
        paths = [filesystem_of(url)[1] for url in urls]
        return _scan(paths)
    return pl.concat(read_tables(urls), how="diagonal").lazy()


def _name_the_damaged(urls: Sequence[str]) -> None:
    """Raise an error that names the damaged file, which polars does not always do."""
    for url in urls:
        _parse(url, read_bytes(url))


def _parse(url: str, content: bytes) -> pl.DataFrame:
    try:
        return pl.read_parquet(content)
    except PolarsError as error:
        raise DamagedTableError(
            f"{url}: not a readable parquet file; delete it and the done marker of the same "
            "number, and run the command that made them again"
        ) from error
