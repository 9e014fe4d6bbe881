"""Writes objects to storage whose answers may get lost after it has done the work."""

from pathlib import Path
from typing import Any

from rr_tasks.storage.network_failure import s3_code

# One request carries a file up to this size, which is held in memory; larger ones go in parts.
_SINGLE_PUT = 256 << 20
_PART, _PARTS_AT_A_TIME = 32 << 20, 4
# The third is what a service answers to writers at the same instant.
_TAKEN = ("PreconditionFailed", "412", "ConditionalRequestConflict")


def upload(filesystem: Any, local: Path, path: str, **options: Any) -> None:
    """Write a local file as an object of S3, in one request or in parts; `options` go with it."""
    options |= {
        "chunksize": _SINGLE_PUT if local.stat().st_size <= _SINGLE_PUT else _PART,
        "max_concurrency": _PARTS_AT_A_TIME,
    }
    try:
        filesystem.put_file(str(local), path, **options)
    except FileNotFoundError as error:
        if s3_code(error) != "NoSuchUpload":
            raise
        # The upload ended, but the answer was lost, and some services forget finished uploads.
        filesystem.put_file(str(local), path, **options)


def create(filesystem: Any, path: str, content: bytes) -> bool:
    """Write an object unless it exists; return whether this call seems to have done so."""
    try:
        filesystem.pipe_file(path, content, mode="create")
    except FileExistsError:
        return False
    except OSError as error:
        if s3_code(error) not in _TAKEN:
            raise
        return False
    return True
