"""Finds the shards that have a done marker, and reads the markers."""

import re
import tarfile
from pathlib import Path

import polars as pl
from pydantic import ValidationError

from rr_tasks.storage.failure import MissingFileError
from rr_tasks.storage.files import (
    join,
    list_paths,
    name_of,
    read_all,
    read_bytes,
)
from rr_tasks.storage.tables import read_tables
from schemas.errors import ExpectedError
from schemas.shard import DoneMarker


class OtherDataSetError(ExpectedError, ValueError):
    """A folder holds shards of another kind than required."""


class NoShardsError(ExpectedError, FileNotFoundError):
    """A folder holds no finished shard."""


class DamagedMarkerError(ExpectedError, ValueError):
    """A done marker is empty, cut off, or from another version of this program."""


_DONE = ".done.json"
_MARKER = re.compile(r"(\d{5,})\.done\.json")


def tar_url(folder: str, shard: int) -> str:
    """Return the URL of a shard's tar."""
    return join(folder, f"{shard:05d}.tar")


def sidecar_url(folder: str, shard: int) -> str:
    """Return the URL of the parquet file with a row for every input of a shard."""
    return join(folder, f"{shard:05d}.parquet")


def marker_url(folder: str, shard: int) -> str:
    """Return the URL of a shard's done marker."""
    return join(folder, f"{shard:05d}{_DONE}")


def advise_remake(url: str) -> str:
    """Say what to do about a damaged tar or sidecar."""
    marker = url.rpartition(".")[0] + _DONE
    return f"delete {marker} and run the command that made the shard again"


def read_marker(folder: str, shard: int) -> DoneMarker | None:
    """Read the done marker of a shard; None if it is not finished.

    Raises:
        DamagedMarkerError: it exists, but cannot be read.
    """
    url = marker_url(folder, shard)
    try:
        return _parse_marker(url, read_bytes(url))
    except MissingFileError:
        return None


def done_shards(folder: str) -> list[DoneMarker]:
    """Read the markers of all finished shards of a data set, in the order of their numbers.

    Raises:
        NoShardsError: there are none.
        DamagedMarkerError: one cannot be read.
    """
    markers = finished_shards(folder)
    if not markers:
        raise NoShardsError(f"{folder}: no finished shards here; run `rr synthesize` first")
    return [markers[shard] for shard in sorted(markers)]


def finished_shards(folder: str) -> dict[int, DoneMarker]:
    """Read the markers of all finished shards, by number; there may be none.

    Files of other names, and those in folders below, do not belong to the data set.

    Raises:
        DamagedMarkerError: one cannot be read.
    """
    names = sorted(name for name in list_paths(folder) if _MARKER.fullmatch(name))
    urls = [join(folder, name) for name in names]
    markers = [_parse_marker(*found) for found in zip(urls, read_all(urls), strict=True)]
    return {marker.shard: marker for marker in markers}


def failed_inputs(folder: str) -> pl.DataFrame:
    """List the inputs that a data set could not use: each `source` once, with its `error`.

    Raises:
        DamagedTableError: a sidecar cannot be read; the message names it.
    """
    return failed_rows(folder).select("source", "error").unique("source", maintain_order=True)


def failed_rows(folder: str) -> pl.DataFrame:
    """List the rows of all that failed, as `key`, `source` and `error`.

    Only the rows of shards whose marker counts failures are read.

    Raises:
        DamagedTableError: a sidecar cannot be read; the message names it.
    """
    markers = (marker for marker in done_shards(folder) if marker.failures)
    urls = [sidecar_url(folder, marker.shard) for marker in markers]
    columns = ("key", "source", "error")
    failed = (
        rows.filter(pl.col("status") == "failed").select(columns) for rows in read_tables(urls)
    )
    return pl.concat([pl.DataFrame(schema=dict.fromkeys(columns, pl.String)), *failed])


def count_samples(tar: Path) -> int:
    """Count the samples of a local tar from its headers."""
    with tarfile.open(tar) as archive:
        return len({entry.name.split(".", 1)[0] for entry in archive})


def _parse_marker(url: str, content: bytes) -> DoneMarker:
    try:
        marker = DoneMarker.model_validate_json(content)
    except ValidationError as error:
        raise DamagedMarkerError(
            f"{url}: not a readable done marker; delete it and run the command that made the shard "
            "again"
        ) from error
    if name_of(url) != f"{marker.shard:05d}{_DONE}":
        raise DamagedMarkerError(
            f"{url}: the done marker of shard {marker.shard:05d} under another name; delete it"
        )
    return marker
