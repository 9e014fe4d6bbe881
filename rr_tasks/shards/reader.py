"""Finds shards that have a done marker, their rows, and single samples out of their middle."""

import tarfile
from dataclasses import dataclass
from pathlib import Path

import polars as pl
from pydantic import ValidationError

from rr_tasks.storage.failure import MissingFileError
from rr_tasks.storage.files import (
    MissingFolderError,
    join,
    list_files,
    read_all,
    read_bytes,
    read_range,
)
from rr_tasks.storage.filesystem import open_url
from schemas.errors import ExpectedError
from schemas.shard import DoneMarker


class OtherDataSetError(ExpectedError, ValueError):
    """A folder holds shards of another kind than the work needs."""


class NoShardsError(ExpectedError, FileNotFoundError):
    """A folder holds no finished shard."""


class DamagedMarkerError(ExpectedError, ValueError):
    """A done marker is empty, cut off, or of another version of this program."""


_DONE = ".done.json"


def tar_url(folder: str, shard: int) -> str:
    """URL of a shard's tar."""
    return join(folder, f"{shard:05d}.tar")


def sidecar_url(folder: str, shard: int) -> str:
    """URL of the parquet file with a row for every input of a shard."""
    return join(folder, f"{shard:05d}.parquet")


def marker_url(folder: str, shard: int) -> str:
    """URL of a shard's done marker."""
    return join(folder, f"{shard:05d}{_DONE}")


def read_marker(folder: str, shard: int) -> DoneMarker | None:
    """The done marker of a shard, or None while it is not finished.

    Raises:
        DamagedMarkerError: it is there, but cannot be understood.
    """
    url = marker_url(folder, shard)
    try:
        return _understood(url, read_bytes(url))
    except MissingFileError:
        return None


def done_shards(folder: str) -> list[DoneMarker]:
    """Markers of all finished shards of a data set, by number.

    Raises:
        NoShardsError: there is none.
        DamagedMarkerError: one cannot be understood.
    """
    try:
        urls = [url for url in list_files(folder) if url.endswith(_DONE)]
    except MissingFolderError:
        urls = []
    if not urls:
        raise NoShardsError(f"{folder}: no finished shards here; run `rr synthesize` first")
    markers = [_understood(*found) for found in zip(urls, read_all(urls), strict=True)]
    return sorted(markers, key=lambda marker: marker.shard)


def read_rows(folder: str) -> pl.DataFrame:
    """The sidecar rows of all finished shards, failures included."""
    urls = [sidecar_url(folder, marker.shard) for marker in done_shards(folder)]
    return pl.concat(pl.read_parquet(content) for content in read_all(urls))


def failed_inputs(folder: str) -> pl.DataFrame:
    """The inputs that a data set could not use: each `source` once, with its `error`."""
    failed = read_rows(folder).filter(pl.col("status") == "failed")
    return failed.select("source", "error").unique(maintain_order=True)


def count_samples(tar: Path) -> int:
    """Count the samples of a local tar by its directory."""
    with tarfile.open(tar) as archive:
        return len({entry.name.split(".", 1)[0] for entry in archive})


@dataclass(frozen=True)
class Member:
    """Where one file of a sample lies: a byte range of a tar."""

    url: str
    start: int
    end: int

    def read(self) -> bytes:
        """Fetch just this range."""
        return read_range(self.url, self.start, self.end)


def index_samples(folder: str, *needed: str) -> dict[str, dict[str, Member]]:
    """Find every sample of a data set without reading it: key -> extension -> byte range.

    Args:
        folder: URL of the data set.
        needed: extensions that every sample has to have.

    Raises:
        NoShardsError: there is no finished shard.
        OtherDataSetError: a sample lacks one of `needed`.
    """
    samples: dict[str, dict[str, Member]] = {}
    for marker in done_shards(folder):
        url = tar_url(folder, marker.shard)
        with open_url(url) as stream, tarfile.open(fileobj=stream) as archive:
            for entry in archive:
                key, extension = entry.name.split(".", 1)
                member = Member(url, entry.offset_data, entry.offset_data + entry.size)
                samples.setdefault(key, {})[extension] = member
    for key, files in samples.items():
        lacking = set(needed) - files.keys()
        if lacking:
            raise OtherDataSetError(
                f"{folder}: sample {key} has no {min(lacking)}, so this is not the data set that "
                "is needed here; check the order and the names of the folders"
            )
    return samples


def _understood(url: str, content: bytes) -> DoneMarker:
    try:
        return DoneMarker.model_validate_json(content)
    except ValidationError as error:
        raise DamagedMarkerError(
            f"{url}: not a readable done marker; delete it and run the command that made the shard "
            "again"
        ) from error
