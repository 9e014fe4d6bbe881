"""Writes one shard: tar, then sidecar, then done marker, each visible only once complete."""

import hashlib
import re
import tarfile
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import BinaryIO

import polars as pl

from rr_tasks.plural import say_count
from rr_tasks.progress import Progress, report
from rr_tasks.shards.reader import count_samples, marker_url, read_marker, sidecar_url, tar_url
from rr_tasks.stopping import until_asked
from rr_tasks.storage.claim import claim
from rr_tasks.storage.files import publish, publish_bytes
from rr_tasks.storage.scratch import scratch_folder
from schemas.errors import ExpectedError
from schemas.prior.current import DEGRADATIONS
from schemas.shard import DoneMarker, SampleRow, SpecHash

Sample = Mapping[str, bytes | str]
Outcome = tuple[SampleRow, Sample | None]

_BUFFER = 1 << 20
_INDEX_DIGITS = 4
_KEY = re.compile(r"[0-9]{9,32}")

# Said rather than inferred: a column without a value would get another type than in other shards.
_COLUMNS: dict[str, type[pl.DataType]] = {
    "key": pl.String,
    "source": pl.String,
    "status": pl.String,
    "error": pl.String,
    "answer": pl.String,
    "width": pl.Int64,
    "height": pl.Int64,
    **dict.fromkeys(DEGRADATIONS, pl.Float64),
}
_USAGE: dict[str, type[pl.DataType]] = {
    "prompt_tokens": pl.Int64,
    "completion_tokens": pl.Int64,
    "cost": pl.Float64,
}


class ShardDamagedError(ExpectedError, RuntimeError):
    """A shard read back differs from what was written."""


def write_shard(
    folder: str, shard: int, spec_hash: SpecHash, schema_version: int, outcomes: Iterable[Outcome]
) -> DoneMarker:
    """Write samples and rows as shard number `shard` of a data set, or return the finished one.

    Runs that do this at the same time write the same bytes; a claim keeps them from doing so twice.
    Reports the progress, sample by sample.

    Args:
        folder: URL of the data set's folder.
        shard: shard number.
        spec_hash: hash of everything that determines the bytes; repeated in the marker.
        schema_version: version of the priors inside.
        outcomes: the row of every input and, unless it failed, its sample.

    Raises:
        ShardDamagedError: the local tar does not read back with the samples that were written.
        HeldError: another run is making the shard.
        OSError: storage refused; nothing half-written is visible.
    """
    finished, task = read_marker(folder, shard), marker_url(folder, shard)
    if finished is not None:
        report(Progress(task, finished.samples + finished.failures, finished.failures))
        return finished
    with claim(task):
        # Another run may have finished it just now.
        return read_marker(folder, shard) or _write(
            folder, shard, spec_hash, schema_version, _reporting(outcomes, task)
        )


def _reporting(outcomes: Iterable[Outcome], task: str) -> Iterator[Outcome]:
    failed = pixels = 0
    for done, (row, sample) in enumerate(outcomes, start=1):
        yield row, sample
        failed += sample is None
        pixels += (row.width or 0) * (row.height or 0)
        report(Progress(task, done, failed, pixels))


def sample_key(shard: int, index: int) -> str:
    """Return the key of a sample, without dots, at which WebDataset splits names."""
    return f"{shard:05d}{index:0{_INDEX_DIGITS}d}"


def is_key(text: str) -> bool:
    """Whether `sample_key` could have returned a text, so that it is safe within any path."""
    return _KEY.fullmatch(text) is not None


def shard_of(key: str) -> int:
    """Return the number of the shard that holds the sample with a key."""
    return int(key[:-_INDEX_DIGITS])


def _write(
    folder: str, shard: int, spec_hash: SpecHash, schema_version: int, outcomes: Iterable[Outcome]
) -> DoneMarker:
    with scratch_folder() as scratch:
        tar, sidecar = scratch / "shard.tar", scratch / "rows.parquet"
        with tar.open("wb", _BUFFER) as stream:
            rows = list(_write_samples(stream, outcomes))
            stream.write(bytes(2 * tarfile.BLOCKSIZE))
            stream.write(bytes(-stream.tell() % tarfile.RECORDSIZE))
        written = sum(row.status == "ok" for row in rows)
        found = count_samples(tar)
        if found != written:
            raise ShardDamagedError(
                f"shard {shard:05d} reads back with {say_count(found, 'sample')} "
                f"where {written:,} were written; "
                "check the local temporary disk and run again"
            )
        tabulate_rows(rows).write_parquet(sidecar)
        theirs = read_marker(folder, shard)
        if theirs is not None:  # another run took this one for dead while it was suspended
            return theirs
        # Hashing takes about as long as waiting for the storage.
        with ThreadPoolExecutor(1) as beside:
            digest = beside.submit(_sha256, tar)
            publish(tar, tar_url(folder, shard))
            publish(sidecar, sidecar_url(folder, shard))
        marker = DoneMarker(
            shard=shard,
            samples=written,
            failures=len(rows) - written,
            size_bytes=tar.stat().st_size,
            sha256=digest.result(),
            spec_hash=spec_hash,
            schema_version=schema_version,
            code_version=version("reason-and-restore"),
            finished_at=datetime.now(UTC).isoformat(timespec="seconds"),
        )
        publish_bytes(marker.model_dump_json(indent=2).encode(), marker_url(folder, shard))
    return marker


def tabulate_rows(rows: list[SampleRow]) -> pl.DataFrame:
    """Make a table of all rows; columns that only some data sets have come last."""
    fields = (name for model in {type(row) for row in rows} for name in model.model_fields)
    columns = _COLUMNS | {name: pl.Float64 for name in fields if name not in {**_COLUMNS, **_USAGE}}
    if any(row.prompt_tokens is not None for row in rows):
        columns |= _USAGE
    return pl.DataFrame([row.model_dump(include=set(columns)) for row in rows], schema=columns)


def _write_samples(stream: BinaryIO, outcomes: Iterable[Outcome]) -> Iterator[SampleRow]:
    for row, sample in until_asked(outcomes):
        for extension, content in sorted((sample or {}).items()):
            if extension.startswith("__"):  # what readers add: key and URL
                continue
            packed = content.encode() if isinstance(content, str) else content
            _write_file(stream, f"{row.key}.{extension}", packed)
        yield row


def _write_file(stream: BinaryIO, name: str, content: bytes) -> None:
    """Add a file as plain USTAR; `webdataset.TarWriter` would copy each content twice more."""
    header = tarfile.TarInfo(name)
    header.size, header.mode, header.uname, header.gname = len(content), 0o444, "bigdata", "bigdata"
    stream.write(header.tobuf(tarfile.USTAR_FORMAT))
    stream.write(content)
    stream.write(bytes(-len(content) % tarfile.BLOCKSIZE))


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
