"""Reads shards: only those with a done marker, sample by sample or one sample out of the middle."""

import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import fsspec
import polars as pl
from webdataset.tariterators import group_by_keys, tar_file_expander

from rr_tasks.storage.files import exists, join, list_files, read_bytes
from schemas.errors import ExpectedError
from schemas.shard import DoneMarker


class OtherDataSetError(ExpectedError, ValueError):
    """A folder holds shards of another kind than the work needs."""


class NoShardsError(ExpectedError, FileNotFoundError):
    """A folder holds no finished shard."""


def tar_url(folder: str, shard: int) -> str:
    """URL of a shard's tar."""
    return join(folder, f"{shard:05d}.tar")


def sidecar_url(folder: str, shard: int) -> str:
    """URL of the parquet file with a row for every input of a shard."""
    return join(folder, f"{shard:05d}.parquet")


def marker_url(folder: str, shard: int) -> str:
    """URL of a shard's done marker."""
    return join(folder, f"{shard:05d}.done.json")


def read_marker(folder: str, shard: int) -> DoneMarker | None:
    """The done marker of a shard, or None while it is not finished."""
    url = marker_url(folder, shard)
    return DoneMarker.model_validate_json(read_bytes(url)) if exists(url) else None


def done_shards(folder: str) -> list[DoneMarker]:
    """Markers of all finished shards of a data set, by number.

    Raises:
        NoShardsError: there is none.
    """
    names = list_files(folder) if exists(folder) else []
    markers = [
        DoneMarker.model_validate_json(read_bytes(url))
        for url in names
        if url.endswith(".done.json")
    ]
    if not markers:
        raise NoShardsError(f"{folder}: no finished shards here; run `rr synthesize` first")
    return sorted(markers, key=lambda marker: marker.shard)


def read_samples(folder: str, shard: int) -> Iterator[dict[str, Any]]:
    """Stream the samples of one shard: `__key__` and a bytes value for each extension."""
    url = tar_url(folder, shard)
    with fsspec.open(url, "rb") as stream:
        yield from group_by_keys(tar_file_expander([{"url": url, "stream": stream}]))


def read_rows(folder: str) -> pl.DataFrame:
    """The sidecar rows of all finished shards, failures included."""
    return pl.concat(
        pl.read_parquet(read_bytes(sidecar_url(folder, marker.shard)))
        for marker in done_shards(folder)
    )


def count_samples(tar: Path) -> int:
    """Count the samples of a local tar."""
    with tar.open("rb") as stream:
        files = tar_file_expander([{"url": str(tar), "stream": stream}])
        return sum(1 for _ in group_by_keys(files))


@dataclass(frozen=True)
class Member:
    """Where one file of a sample lies: a byte range of a tar."""

    url: str
    start: int
    end: int

    def read(self) -> bytes:
        """Fetch just this range."""
        filesystem, path = fsspec.core.url_to_fs(self.url)
        return bytes(filesystem.cat_file(path, start=self.start, end=self.end))


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
        with fsspec.open(url, "rb") as stream, tarfile.open(fileobj=stream) as archive:
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
