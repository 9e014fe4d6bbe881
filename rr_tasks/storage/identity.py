"""Identifies inputs by their content, and reads each only once unless it changes."""

import hashlib
import io
import os
import secrets
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import islice
from stat import S_ISREG

import polars as pl
from polars.exceptions import PolarsError

from rr_tasks.storage.explanation import explain_errors
from rr_tasks.storage.failure import MissingFileError, StorageError
from rr_tasks.storage.files import (
    join,
    paths_below,
    publish_bytes,
    read_bytes,
    read_each,
    remove,
)
from rr_tasks.storage.filesystem import filesystem_of, is_local, is_s3

# Names are bytes, because not all of them are text.
_COLUMNS = {"path": pl.Binary, "size": pl.Int64, "stamp": pl.String, "sha256": pl.Binary}
_KEY = ["path", "size", "stamp"]
_NOTHING = pl.DataFrame(schema=_COLUMNS)
_AT_A_TIME = 10_000
_SUFFIX = ".parquet"

_SETTLED_AFTER = 2 * 10**9
"""Nanoseconds. The clocks of file systems are coarse: a file may change twice within a tick."""

_UNREADABLE = hashlib.sha256(b"unreadable").digest()
"""Stands for the content of a file that cannot be read, or is too large to be."""


def identity(
    root: str, urls: Sequence[str], output: str | None = None, largest: int = sys.maxsize
) -> str:
    """Hash the names below `root` and the contents; the hash changes when any input does.

    Hashes are kept in `output`; see `memory_url`. A file on a disk is not read again if its size
    and time of change are the same as before, nor an S3 object if its size and ETag are. In other
    storage, everything is read again. A file that cannot be read counts as such, and is looked at
    each time.

    Args:
        root: URL of the folder of the inputs.
        urls: the inputs, in a stable order.
        output: URL of the folder of data sets; None to keep nothing.
        largest: bytes of the largest file that is read; what is larger counts as unreadable.

    Raises:
        StorageError: storage does not answer; see `READING_STOPS`.
    """
    paths = [_encode(path) for path in paths_below(root, urls)]
    memory = None if output is None else memory_url(output, root)
    contents = _remember(root, urls, paths, memory, largest)
    digest = hashlib.sha256()
    for path, content in zip(paths, contents, strict=True):
        digest.update(path)
        digest.update(content)
    return digest.hexdigest()


def memory_url(output: str, root: str) -> str:
    """Return the URL of the hidden file that keeps the hashes of a folder's inputs.

    If it is deleted, the inputs are read again.
    """
    filesystem, path = filesystem_of(root)
    name = _encode(str(filesystem.unstrip_protocol(path)).rstrip("/"))
    return join(output, f".inputs-{hashlib.sha256(name).hexdigest()[:16]}{_SUFFIX}")


def _encode(path: str) -> bytes:
    return path.encode("utf-8", "surrogateescape")


def _remember(
    root: str,
    urls: Sequence[str],
    paths: Sequence[bytes],
    memory: str | None,
    largest: int,
) -> pl.Series:
    """Return the SHA-256 of each content, as kept if the input has not changed.

    Stamps are taken before contents are read, so they are never newer. New hashes are saved in
    parts, which are joined at the end, so a killed run resumes where it was, and the work is
    proportional to the number of inputs.
    """
    now = pl.DataFrame({"path": paths}).join(
        _look(root, paths), on="path", how="left", maintain_order="left"
    )
    kept = [] if memory is None else [memory, *_list_parts(memory)]
    known = pl.concat([_NOTHING, *map(_load, kept)]).unique(_KEY, keep="last")
    found = now.join(known, on=_KEY, how="left", maintain_order="left")["sha256"]
    new = (found.is_null() & (now["size"] <= largest).fill_null(True)).arg_true()
    read: list[pl.Series] = []
    for hashes in _hash_all([urls[place] for place in new]):
        first = _AT_A_TIME * len(read)
        read.append(hashes)
        if first + len(hashes) == len(new):  # the last ones are saved with all the others
            break
        if memory is not None:
            part = now[new[first : first + len(hashes)]].with_columns(sha256=hashes).drop_nulls()
            kept.append(_part_of(memory))
            with suppress(StorageError):  # we may only be allowed to read, and only time is lost
                _save(part, kept[-1])
    found = found.scatter(new, pl.concat(read)) if read else found
    if memory is not None and (kept[1:] or read):
        others = known.join(now, on="path", how="anti")
        with suppress(StorageError):
            _save(pl.concat([others, now.with_columns(found).drop_nulls()]), memory)
            for url in kept[1:]:
                remove(url)
    return found.fill_null(pl.lit(_UNREADABLE))


def _hash_all(urls: Sequence[str]) -> Iterator[pl.Series]:
    """Yield the SHA-256 of each content, null if it cannot be read, in series of `_AT_A_TIME`."""
    contents = read_each(urls)
    while batch := [_hash(content) for content in islice(contents, _AT_A_TIME)]:
        yield pl.Series(batch, dtype=pl.Binary)


def _hash(content: bytes | StorageError) -> bytes | None:
    return None if isinstance(content, StorageError) else hashlib.sha256(content).digest()


def _part_of(memory: str) -> str:
    return f"{memory.removesuffix(_SUFFIX)}.{secrets.token_hex(8)}{_SUFFIX}"


def _list_parts(memory: str) -> list[str]:
    """List the parts that killed runs left or that another run is writing."""
    folder, _, name = memory.rpartition("/")
    filesystem, path = filesystem_of(folder)
    with explain_errors(folder), suppress(FileNotFoundError):
        names = (found.rsplit("/", 1)[-1] for found in filesystem.ls(path, detail=False))
        start = f"{name.removesuffix(_SUFFIX)}."
        return [join(folder, one) for one in names if one.startswith(start) and one != name]
    return []


def _look(root: str, paths: Sequence[bytes]) -> pl.DataFrame:
    schema = {name: _COLUMNS[name] for name in _KEY}
    rows, tables = _stamps(root, paths), [pl.DataFrame(schema=schema)]
    while batch := list(islice(rows, _AT_A_TIME)):
        tables.append(pl.DataFrame(batch, schema=schema, orient="row"))
    return pl.concat(tables)


def _stamps(root: str, paths: Iterable[bytes]) -> Iterator[tuple[bytes, int, str | None]]:
    """Yield size and stamp of each file, no stamp if it could change without changing its stamp."""
    filesystem, folder = filesystem_of(root)
    with explain_errors(root):
        if is_local(filesystem):
            settled = time.time_ns() - _SETTLED_AFTER
            for path in paths:
                with suppress(OSError):  # reading it will show what is wrong
                    found = os.stat(os.path.join(os.fsencode(folder), path))  # noqa: PTH116, PTH118
                    if S_ISREG(found.st_mode):
                        is_settled = found.st_mtime_ns < settled
                        # A restored file has the original's time; when it was put there differs.
                        times = f"{found.st_mtime_ns}-{found.st_ctime_ns}"
                        stamp = times if is_settled else None
                        yield path, found.st_size, stamp
        elif is_s3(filesystem):
            from rr_tasks.storage.s3 import s3_objects

            key = filesystem.split_path(f"{folder.rstrip('/')}/")[1]
            for told in s3_objects(filesystem, folder):
                path = _encode(told["Key"].removeprefix(key))
                yield path, told["Size"], told["ETag"]


def _load(memory: str) -> pl.DataFrame:
    with suppress(MissingFileError, PolarsError):
        table = pl.read_parquet(read_bytes(memory))
        if table.schema == pl.Schema(_COLUMNS):
            return table
    return _NOTHING


def _save(table: pl.DataFrame, url: str) -> None:
    with io.BytesIO() as buffer:
        table.write_parquet(buffer)
        publish_bytes(buffer.getvalue(), url)
