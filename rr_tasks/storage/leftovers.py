"""Removes what killed writers left behind, which is invisible but takes space."""

import re
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from rr_tasks.storage.atomic import PARTIAL
from rr_tasks.storage.explanation import explain_errors
from rr_tasks.storage.failure import MissingFileError, StorageError
from rr_tasks.storage.file import locate
from rr_tasks.storage.files import join, remove
from rr_tasks.storage.filesystem import filesystem_of, is_local, is_s3
from rr_tasks.storage.held import Held, claim_url, see
from rr_tasks.storage.lock import LOCK, is_released
from rr_tasks.storage.process import is_gone, is_here
from rr_tasks.storage.scratch import remove_dead_scratch

STALE = timedelta(days=1)
"""Longer than any write takes."""


def remove_leftovers(folder: str) -> None:
    """Remove what nobody will finish, below a folder that is about to be written.

    The work of living runs is never touched. Temporary files are removed if their process was on
    this machine and is known to have ended, or if they are older than `STALE`; so are uploads in
    parts. A claim is removed if its file exists. Errors are ignored, as some credentials may not
    list uploads.
    """
    remove_dead_scratch(STALE)
    filesystem, path = filesystem_of(folder)
    with suppress(StorageError):
        if is_local(filesystem):
            remove_stale_partials(Path(path), STALE)
        elif is_s3(filesystem):
            abort_stale_uploads(folder, STALE)
    with suppress(StorageError):
        remove_finished_claims(folder)


def remove_finished_claims(folder: str) -> int:
    """Remove claims on existing files, whose owners died just after making them.

    Returns:
        The number of claims removed.

    Raises:
        StorageError: see `explain_errors`.
    """
    there = [join(folder, name) for name in _list_names(folder)]
    settled = {claim_url(url) for url in there}.intersection(there)
    for claim in settled:
        remove(claim)
    return len(settled)


def remove_dead_claims(folder: str) -> int:
    """Remove the claims of dead owners from a folder.

    An owner is dead if it was a process of this machine and has ended, or if it has not renewed its
    claim for its lease, where storage tells the time, and elsewhere for `STALE`.

    Returns:
        The number of claims removed.

    Raises:
        StorageError: see `explain_errors`.
    """
    claims = _list_claims(folder)
    return sum(_remove_dead(claim) or _remove_stale(claim) for claim in claims)


def living_claims(folder: str) -> list[Held]:
    """Find the claims in a folder whose owners are not known to be dead; none if it is missing.

    Raises:
        StorageError: see `explain_errors`.
    """
    try:
        claims = _list_claims(folder)
    except MissingFileError:
        return []
    return [held for held in map(see, claims) if held is not None and not held.is_over()]


def _list_claims(folder: str) -> list[str]:
    return [join(folder, name) for name in _list_names(folder) if name.endswith(".claim")]


def _remove_dead(claim: str) -> bool:
    held = see(claim)
    if held is None or not held.is_over():
        return False
    held.remove()
    return True


def _remove_stale(claim: str) -> bool:
    found = locate(claim).status()
    if found is None or time.time() - found.mtime_ns / 1e9 < STALE.total_seconds():
        return False
    remove(claim)
    return True


def remove_stale_partials(folder: Path, older_than: timedelta) -> int:
    """Remove temporary files whose writer was killed, or that have not changed for this long.

    A writer was killed if it left a lock that nobody holds. Locks go last, for they prove it.

    Returns:
        The number of files removed.

    Raises:
        StorageError: one cannot be removed.
    """
    locks = _ours(folder, LOCK)
    dead = {writer for lock, writer in locks if is_here(writer) and is_released(lock)}
    removed = 0
    for path, writer in [*_ours(folder, PARTIAL), *locks]:
        with explain_errors(str(path)), suppress(FileNotFoundError):
            if writer in dead or is_gone(writer) or _age(path) >= older_than:
                path.unlink()
                removed += 1
    return removed


def _ours(folder: Path, pattern: re.Pattern[str]) -> list[tuple[Path, str]]:
    """Find files with names of this pattern, and who made them."""
    with explain_errors(str(folder)):
        found = ((path, pattern.fullmatch(path.name)) for path in folder.rglob(".rr-*"))
        return [(path, ours["writer"]) for path, ours in found if ours]


def abort_stale_uploads(folder: str, older_than: timedelta) -> int:
    """Abort uploads in parts to an S3 folder that began this long ago and never ended.

    Returns:
        The number of uploads aborted.

    Raises:
        StorageError: see `explain_errors`.
    """
    filesystem, path = filesystem_of(folder)
    bucket, key, _ = filesystem.split_path(path)
    latest = datetime.now(UTC) - older_than
    aborted = 0
    with explain_errors(folder):
        for upload in _uploads(filesystem, bucket, f"{key.rstrip('/')}/".lstrip("/")):
            if upload["Initiated"] <= latest:
                filesystem.call_s3(
                    "abort_multipart_upload",
                    Bucket=bucket,
                    Key=upload["Key"],
                    UploadId=upload["UploadId"],
                )
                aborted += 1
    return aborted


def _age(path: Path) -> timedelta:
    return timedelta(seconds=time.time() - path.stat().st_mtime)


def _uploads(filesystem: Any, bucket: str, prefix: str) -> Iterator[dict[str, Any]]:
    place: dict[str, str] = {}
    while True:
        page = filesystem.call_s3("list_multipart_uploads", Bucket=bucket, Prefix=prefix, **place)
        yield from page.get("Uploads", ())
        if not page.get("IsTruncated"):
            return
        place = {"KeyMarker": page["NextKeyMarker"], "UploadIdMarker": page["NextUploadIdMarker"]}


def _list_names(folder: str) -> list[str]:
    """List what is right in a folder, hidden files included."""
    filesystem, path = filesystem_of(folder)
    with explain_errors(folder):
        return [name.rsplit("/", 1)[-1] for name in filesystem.ls(path, detail=False)]
