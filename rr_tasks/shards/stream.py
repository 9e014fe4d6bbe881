"""Streams the samples of shards from any place on, and names what is damaged."""

import tarfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, TypeVar

import polars as pl

from rr_tasks.retries import TRANSIENT
from rr_tasks.shards.reader import read_samples, sidecar_url, tar_url
from rr_tasks.shards.writer import ShardDamagedError
from rr_tasks.storage.files import read_bytes
from schemas.errors import ExpectedError
from schemas.prior.migrations import UnknownPriorVersionError
from schemas.shard import DoneMarker

Sample = dict[str, Any]
"""`__key__`, `__url__` of the tar, and the bytes of each file by its extension."""

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

    A tar stays open where a piece ends, so the piece that goes on from there reads nothing twice.
    What lies before a piece that starts elsewhere is read and dropped. To be used by one thread.

    Args:
        folder: URL of the data set.
        markers: done markers of the shards that will be read.
        needed: extensions that every sample has to have.
    """

    def __init__(self, folder: str, markers: Iterable[DoneMarker], *needed: str) -> None:
        self._folder, self._needed = folder, needed
        self._samples = {marker.shard: marker.samples for marker in markers}
        self._open: dict[tuple[int, int], Iterator[Sample]] = {}

    def read(self, piece: Piece) -> Iterator[Sample]:
        """Stream the samples of a piece.

        Raises:
            ShardDamagedError: a tar is missing, cut off or garbled, also when read again.
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
                    raise self._explained(error, shard, place) from error
            except FileNotFoundError as error:
                raise self._damaged(shard, place, "the tar is missing") from error

    def _next(self, shard: int, place: int) -> Sample:
        stream = self._open.pop((shard, place), None) or self._opened(shard, place)
        sample = next(stream, None)
        if sample is None:
            raise tarfile.ReadError("the tar ends before it")
        for extension in self._needed:
            if extension not in sample:
                raise tarfile.ReadError(f"it has no {extension}")
        if place + 1 < self._samples[shard]:
            self._open[shard, place + 1] = stream
        return sample

    def _opened(self, shard: int, place: int) -> Iterator[Sample]:
        while len(self._open) >= _MOST_OPEN:
            del self._open[next(iter(self._open))]
        stream = read_samples(self._folder, shard)
        next(islice(stream, place, place), None)  # move to the place
        return stream

    def _explained(self, error: Exception, shard: int, place: int) -> Exception:
        reason = str(error.args[0]).partition(" @ ")[0]  # WebDataset adds its own names to it
        if isinstance(error, TRANSIENT):
            error.args = (reason,)
            return error
        return self._damaged(shard, place, reason)

    def _damaged(self, shard: int, place: int, reason: str) -> ShardDamagedError:
        rows = pl.read_parquet(read_bytes(sidecar_url(self._folder, shard)))
        key = rows.filter(pl.col("status") == "ok")["key"][place]
        return _unreadable(tar_url(self._folder, shard), key, reason)


def unpack(sample: Sample, extension: str, decode: Callable[[bytes], _T]) -> _T:
    """Decode one file of a sample.

    Raises:
        ShardDamagedError: `decode` raised a ValueError.
        UnknownPriorVersionError: so did `decode`; it is told which sample.
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
        raise _unreadable(sample["__url__"], sample["__key__"], reason) from error


def _unreadable(tar: str, key: str, reason: str) -> ShardDamagedError:
    return ShardDamagedError(
        f"{tar}: sample {key} cannot be read ({reason}); delete {tar.removesuffix('.tar')}"
        ".done.json and run the command that made the shard again"
    )
