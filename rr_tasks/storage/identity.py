"""The identity of inputs, which are read only once as long as they stay what they are."""

import hashlib
import io
import os
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import islice

import polars as pl
from polars.exceptions import PolarsError

from rr_tasks.storage.explanation import explain_errors
from rr_tasks.storage.failure import MissingFileError, StorageError
from rr_tasks.storage.files import join, paths_below, publish_bytes, read_all, read_bytes
from rr_tasks.storage.filesystem import filesystem_of, is_local, is_s3

# Names are bytes, because not all of them are text.
_COLUMNS = {"path": pl.Binary, "size": pl.Int64, "stamp": pl.String, "sha256": pl.Binary}
_KEY = ["path", "size", "stamp"]
_AT_A_TIME = 10_000

_SETTLED_AFTER = 2 * 10**9
"""Nanoseconds: the clocks of disks tick slowly, and a file may change twice in a tick."""


def identity(root: str, urls: Sequence[str], output: str | None = None) -> str:
    """SHA-256 over names below `root` and contents: changes when any input does.

    What was read is remembered in `output`, see `memory_url`: of a file on a disk that has the same
    size and time of change as before, and of an S3 object that has the same size and ETag, the
    content is not read again. Of other storage everything is.

    Args:
        root: URL of the folder of the inputs.
        urls: the inputs, in an order that does not change by itself.
        output: URL of the folder of data sets; None to remember nothing.
    """
    paths = [_encoded(path) for path in paths_below(root, urls)]
    if output is None:
        contents = (hashlib.sha256(content).digest() for content in read_all(urls))
    else:
        contents = iter(_remembered(root, urls, paths, memory_url(output, root)))
    digest = hashlib.sha256()
    for path, content in zip(paths, contents, strict=True):
        digest.update(path)
        digest.update(content)
    return digest.hexdigest()


def memory_url(output: str, root: str) -> str:
    """The hidden file among data sets that knows the contents of a folder of inputs.

    Without it they are read again; nothing else is lost.
    """
    filesystem, path = filesystem_of(root)
    name = _encoded(str(filesystem.unstrip_protocol(path)).rstrip("/"))
    return join(output, f".inputs-{hashlib.sha256(name).hexdigest()[:16]}.parquet")


def _encoded(path: str) -> bytes:
    return path.encode("utf-8", "surrogateescape")


def _remembered(root: str, urls: Sequence[str], paths: Sequence[bytes], memory: str) -> pl.Series:
    """The SHA-256 of each content; stamps are older than contents, so never too new for them."""
    now = pl.DataFrame({"path": paths}).join(
        _seen(root, paths), on="path", how="left", maintain_order="left"
    )
    known = _read(memory)
    found = now.join(known, on=_KEY, how="left", maintain_order="left")["sha256"]
    new = found.is_null().arg_true()
    known = pl.concat(
        [known.join(now, on="path", how="anti"), now.with_columns(found).drop_nulls()]
    )
    contents = read_all([urls[place] for place in new])
    for first in range(0, len(new), _AT_A_TIME):
        places = new[first : first + _AT_A_TIME]
        hashes = [hashlib.sha256(content).digest() for content in islice(contents, len(places))]
        found = found.scatter(places, pl.Series(hashes, dtype=pl.Binary))
        known = pl.concat([known, now[places].with_columns(found[places]).drop_nulls()])
        with suppress(StorageError):  # of who may only read; nothing but time depends on it
            _save(known, memory)
    return found


def _seen(root: str, paths: Sequence[bytes]) -> pl.DataFrame:
    schema = {name: _COLUMNS[name] for name in _KEY}
    rows, tables = _stamps(root, paths), [pl.DataFrame(schema=schema)]
    while batch := list(islice(rows, _AT_A_TIME)):
        tables.append(pl.DataFrame(batch, schema=schema, orient="row"))
    return pl.concat(tables)


def _stamps(root: str, paths: Iterable[bytes]) -> Iterator[tuple[bytes, int, str]]:
    """Size and stamp of each file, but of none that may change without its stamp showing it."""
    filesystem, folder = filesystem_of(root)
    with explain_errors(root):
        if is_local(filesystem):
            settled = time.time_ns() - _SETTLED_AFTER
            for path in paths:
                found = os.stat(os.path.join(os.fsencode(folder), path))  # noqa: PTH116, PTH118
                if found.st_mtime_ns < settled:
                    yield path, found.st_size, str(found.st_mtime_ns)
        elif is_s3(filesystem):
            from rr_tasks.storage.s3 import s3_objects

            key = filesystem.split_path(f"{folder.rstrip('/')}/")[1]
            for told in s3_objects(filesystem, folder):
                path = _encoded(told["Key"].removeprefix(key).strip("/"))
                yield path, told["Size"], told["ETag"]


def _read(memory: str) -> pl.DataFrame:
    with suppress(MissingFileError, PolarsError):
        table = pl.read_parquet(read_bytes(memory))
        if table.schema == pl.Schema(_COLUMNS):
            return table
    return pl.DataFrame(schema=_COLUMNS)


def _save(known: pl.DataFrame, memory: str) -> None:
    with io.BytesIO() as buffer:
        known.write_parquet(buffer)
        publish_bytes(buffer.getvalue(), memory)
