"""Reads a shard row by row, so that a damaged sample costs no other one.

The sidecar says which samples there should be. Whatever the tar lacks of them, or holds damaged, is
`Lost`, with the reason; what else it holds is ignored.
"""

import re
import tarfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl
from webdataset.tariterators import group_by_keys

from rr_tasks.plural import say_count
from rr_tasks.retries import TRANSIENT
from rr_tasks.shards.reader import advise_remake, failed_rows, sidecar_url, tar_url
from rr_tasks.shards.rows import shard_rows
from rr_tasks.shards.stream import END_OF_SAMPLE, LARGEST_FILE, Sample, require_marker
from rr_tasks.shards.writer import ShardDamagedError, is_key
from rr_tasks.storage.failure import READING_STOPS, MissingFileError
from rr_tasks.storage.filesystem import open_url
from schemas.prior.migrations import UnknownPriorVersionError, check_version
from schemas.shard import SampleRow

Decoders = Mapping[str, Callable[[bytes], Any]]
"""How to decode the files that every sample must have, by their extensions."""

_DAMAGE = (tarfile.TarError, zlib.error, ValueError, EOFError, OSError)
_ATTEMPTS = 3
_MEMBER = re.compile(r"[0-9]+\.[\w.-]{1,60}", re.ASCII)
"""Names of files of samples: those that can be written to any other tar."""

LOST = "its sample cannot be read: "
"""Begins the error in the row of a sample that its shard no longer holds whole."""


@dataclass(frozen=True)
class Lost:
    """A sample that cannot be read, and why."""

    reason: str

    def fail(self, row: SampleRow) -> SampleRow:
        """Return the row of the sample where it could not be used."""
        error = f"{LOST}{self.reason}"
        return SampleRow(key=row.key, source=row.source, status="failed", error=error)


def read_outcomes(
    folder: str, shard: int, decoders: Decoders
) -> Iterator[tuple[SampleRow, Sample | Lost | None]]:
    """Stream the rows of a finished shard, each with its sample, or None if its input failed.

    Args:
        folder: URL of the data set.
        shard: number of the shard.
        decoders: their results replace the contents of the files that they name; a `ValueError`
            means that the file is damaged. Other files stay bytes.

    Raises:
        NoShardsError: the shard is not finished.
        ShardDamagedError: the sidecar is missing, cut off, or of another length than the marker
            says.
        UnknownPriorVersionError: its priors are newer than this release.
        StorageError, ConnectionError, TimeoutError: storage does not answer.
    """
    rows, marker = shard_rows(folder, shard), require_marker(folder, shard)
    counted = sum(row.status == "ok" for row in rows)
    if counted != marker.samples:
        url = sidecar_url(folder, shard)
        raise ShardDamagedError(
            f"{url}: lists {say_count(counted, 'sample')} where the done marker counts "
            f"{marker.samples}; "
            f"{advise_remake(url)}"
        )
    tar = _Tar(tar_url(folder, shard))
    check_version(marker.schema_version, tar.url)
    for row in rows:
        yield row, tar.find(row.key, decoders) if row.status == "ok" else None


def read_good_rows(
    folder: str, shard: int, decoders: Decoders
) -> Iterator[tuple[SampleRow, Sample | Lost]]:
    """Stream like `read_outcomes`, without the rows of inputs that failed."""
    for row, sample in read_outcomes(folder, shard, decoders):
        if sample is not None:
            yield row, sample


def list_lost(folder: str) -> pl.DataFrame:
    """List the samples that the maker of a data set, or of an export, could not read.

    Returns:
        Their rows, as `key`, `source` and `error`.
    """
    return failed_rows(folder).filter(pl.col("error").str.starts_with(LOST))


class _Tar:
    """Finds samples in the order of their keys, which is that of the tar."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._samples = _read(url)
        self._next: Sample | None = None
        self._attempts = 0
        self._failure: Exception | None = None

    def find(self, key: str, decoders: Decoders) -> Sample | Lost:
        """Return the sample with this key, decoded, or why that is impossible."""
        if not is_key(key):
            return Lost("its key is not made of digits, as those of rr are")
        try:
            while self._next is None or self._next["__key__"] < key:
                self._next = self._advance()
            if self._next["__key__"] != key:
                return Lost("the tar does not hold it")
            found = {name: _decode(self._next, name, decoders[name]) for name in decoders}
        except (UnknownPriorVersionError, *READING_STOPS, *TRANSIENT):
            raise
        except _DAMAGE as error:
            return Lost(_describe(error))
        return {**self._next, **found}

    def _advance(self) -> Sample:
        """Read the next sample; once more from the start after a failure, which the network may be.

        Raises what ended the last attempt, now and whenever it is called again.
        """
        while self._failure is None or self._attempts < _ATTEMPTS:
            try:
                sample = next(self._samples, None)
                if sample is not None:
                    return sample
                raise tarfile.ReadError("the tar ends before it")
            except READING_STOPS:
                raise
            except _DAMAGE as error:
                self._failure = error
                self._attempts += 1
                self._samples = _read(self.url)
        raise self._failure


def _read(url: str) -> Iterator[Sample]:
    """Yield the samples of a tar, passing over what is no tar."""
    # Of two files of one name the first counts.
    yield from group_by_keys(_read_files(url), handler=lambda _: True)


def _read_files(url: str) -> Iterator[dict[str, Any]]:
    with (
        open_url(url) as stream,
        tarfile.open(fileobj=stream, mode="r|*", ignore_zeros=True) as tar,
    ):
        for entry in tar:
            name = entry.name.removeprefix("./")
            wanted = entry.isreg() and entry.size <= LARGEST_FILE and _MEMBER.fullmatch(name)
            content = tar.extractfile(entry) if wanted else None
            if content is not None:
                try:
                    data = content.read()
                except tarfile.ReadError:
                    yield END_OF_SAMPLE  # what came before may be whole
                    raise
                yield {"fname": name, "data": data, "__url__": url}
            tar.members = []  # type: ignore[attr-defined] # or it keeps them all


def _decode(sample: Sample, extension: str, decode: Callable[[bytes], Any]) -> Any:
    if extension not in sample:
        raise ValueError(f"it has no {extension}")
    try:
        return decode(sample[extension])
    except UnknownPriorVersionError as error:
        raise UnknownPriorVersionError(
            f"{sample['__url__']}: sample {sample['__key__']}: {error}"
        ) from error
    except ValueError as error:
        raise ValueError(f"{extension}: {error}") from error


def _describe(error: Exception) -> str:
    if isinstance(error, MissingFileError):
        return "the tar is missing"
    return str(error).partition("\n")[0]
