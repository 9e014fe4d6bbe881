"""Streams the samples of shards from any position, and names what is damaged.

All samples are read here, so that damage is never taken for the end of a shard.
"""

import tarfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, TypeVar

from webdataset.tariterators import group_by_keys

from rr_tasks.photographs.negative import MAX_PIXELS
from rr_tasks.retries import TRANSIENT
from rr_tasks.shards.reader import (
    NoShardsError,
    advise_remake,
    marker_url,
    read_marker,
    tar_url,
)
from rr_tasks.shards.rows import shard_rows
from rr_tasks.shards.writer import ShardDamagedError
from rr_tasks.storage.filesystem import open_url
from schemas.errors import ExpectedError
from schemas.prior.migrations import UnknownPriorVersionError, check_version
from schemas.shard import DoneMarker

Sample = dict[str, Any]
"""`__key__`, `__url__` of the tar, and the bytes of each file by its extension."""

LARGEST_FILE = 4 * MAX_PIXELS
"""Bytes; more than the PNG of any photograph takes. A compressed tar can hold endless zeros."""

END_OF_SAMPLE: dict[str, Any] = {}  # as WebDataset marks it

_T = TypeVar("_T")
_CUT_OFF = (*TRANSIENT, EOFError, ValueError, tarfile.TarError)
_ATTEMPTS = 3
_MOST_OPEN = 8


@dataclass(frozen=True)
class Piece:
    """Samples `start` to `stop` of a shard, `stop` not included, in the order of its tar."""

    shard: int
    start: int
    stop: int


class ShardStream:
    """Reads pieces of the shards of a data set, each tar from front to back.

    A tar stays open where a piece ends, so that the piece which continues there reads nothing
    twice. Before any other piece, the tar is read and discarded up to its start. Use each stream in
    one thread only.

    Args:
        folder: URL of the data set.
        markers: done markers of the shards that will be read.
        needed: extensions that every sample must have.

    Raises:
        UnknownPriorVersionError: a shard holds priors newer than this release.
    """

    def __init__(self, folder: str, markers: Iterable[DoneMarker], *needed: str) -> None:
        self._folder, self._needed = folder, needed
        self._samples: dict[int, int] = {}
        for marker in markers:
            check_version(marker.schema_version, marker_url(folder, marker.shard))
            self._samples[marker.shard] = marker.samples
        self._open: dict[tuple[int, int], Iterator[Sample]] = {}

    def read(self, piece: Piece) -> Iterator[Sample]:
        """Stream the samples of a piece.

        Raises:
            ShardDamagedError: a tar is missing, cut off or garbled, even when read again.
            ConnectionError, TimeoutError: the network failed several times in a row.
        """
        for place in range(piece.start, piece.stop):
            yield self._read(piece.shard, place)

    def _read(self, shard: int, place: int) -> Sample:
        failures = 0
        while True:
            try:
                return self._next(shard, place)
            except _CUT_OFF as error:  # a network may cut off what is whole in storage
                failures += 1
                if failures == _ATTEMPTS:
                    raise self._explain(error, shard, place) from error
            except FileNotFoundError as error:
                raise self._damage_error(shard, place, "the tar is missing") from error

    def _next(self, shard: int, place: int) -> Sample:
        stream = self._open.pop((shard, place), None) or self._open_at(shard, place)
        sample = next(stream, None)
        if sample is None:
            raise tarfile.ReadError("the tar ends before it")
        for extension in self._needed:
            if extension not in sample:
                raise tarfile.ReadError(f"it has no {extension}")
        if place + 1 < self._samples[shard]:
            self._open[shard, place + 1] = stream
        return sample

    def _open_at(self, shard: int, place: int) -> Iterator[Sample]:
        while len(self._open) >= _MOST_OPEN:
            del self._open[next(iter(self._open))]
        stream = _members(self._folder, shard)
        next(islice(stream, place, place), None)  # move to the place
        return stream

    def _explain(self, error: Exception, shard: int, place: int) -> Exception:
        reason = str(error.args[0]).partition(" @ ")[0]  # WebDataset adds its own names to it
        if isinstance(error, TRANSIENT):
            error.args = (reason,)
            return error
        return self._damage_error(shard, place, reason)

    def _damage_error(self, shard: int, place: int, reason: str) -> ShardDamagedError:
        keys = [row.key for row in shard_rows(self._folder, shard) if row.status == "ok"]
        key = keys[place] if place < len(keys) else f"number {place + 1}"
        return _explain_damage(tar_url(self._folder, shard), key, reason)


def read_samples(folder: str, shard: int, *needed: str) -> Iterator[Sample]:
    """Stream all samples of a finished shard, in the order of its tar.

    Raises:
        NoShardsError: the shard is not finished.
        ShardDamagedError: there are fewer samples than its marker says, or one lacks a file of
            `needed`; see also `ShardStream.read`.
        UnknownPriorVersionError: its priors are newer than this release.
    """
    marker = require_marker(folder, shard)
    yield from ShardStream(folder, [marker], *needed).read(Piece(shard, 0, marker.samples))


def unpack(sample: Sample, extension: str, decode: Callable[[bytes], _T]) -> _T:
    """Decode one file of a sample.

    Raises:
        ShardDamagedError: `decode` raised a ValueError.
        UnknownPriorVersionError: `decode` raised it; the message then names the sample.
    """
    try:
        return decode(sample[extension])
    except UnknownPriorVersionError as error:
        raise UnknownPriorVersionError(
            f"{sample['__url__']}: sample {sample['__key__']}: {error}"
        ) from error
    except ExpectedError:
        raise
    except ValueError as error:
        reason = f"{extension}: {str(error).splitlines()[0]}"
        raise _explain_damage(sample["__url__"], sample["__key__"], reason) from error


def _explain_damage(tar: str, key: str, reason: str) -> ShardDamagedError:
    return ShardDamagedError(f"{tar}: sample {key} cannot be read ({reason}); {advise_remake(tar)}")


def require_marker(folder: str, shard: int) -> DoneMarker:
    """Read the done marker of a shard.

    Raises:
        NoShardsError: the shard is not finished.
    """
    marker = read_marker(folder, shard)
    if marker is None:
        raise NoShardsError(
            f"{marker_url(folder, shard)}: missing, so the shard is not finished; run the command "
            "that makes the folder again"
        )
    return marker


def _members(folder: str, shard: int) -> Iterator[Sample]:
    """Yield the contents of a tar; if it is cut off between two files, they simply end."""
    url = tar_url(folder, shard)
    with open_url(url) as stream, tarfile.open(fileobj=stream, mode="r|*") as tar:
        yield from group_by_keys(_files(tar, url))


def _files(tar: tarfile.TarFile, url: str) -> Iterator[dict[str, Any]]:
    for entry in tar:
        if entry.size > LARGEST_FILE:
            yield END_OF_SAMPLE  # what came before is whole
            raise tarfile.ReadError(f"one of its files has more than {LARGEST_FILE:,} bytes")
        content = tar.extractfile(entry) if entry.isreg() else None
        if content is not None:
            yield {"fname": entry.name, "data": content.read(), "__url__": url}
        tar.members = []  # type: ignore[attr-defined] # or it keeps them all
