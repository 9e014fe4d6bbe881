"""Compares a shard with the checksum in its done marker."""

import hashlib
from functools import partial

from rr_tasks.shards.reader import advise_remake, marker_url, read_marker, tar_url
from rr_tasks.shards.writer import ShardDamagedError
from rr_tasks.storage.failure import MissingFileError
from rr_tasks.storage.filesystem import open_url

_BLOCK = 1 << 20


def verify_shard(folder: str, shard: int) -> None:
    """Read the tar of a finished shard and compare its SHA-256 with the one in the marker.

    Raises:
        ShardDamagedError: the tar is missing, or differs from what was written.
        DamagedMarkerError: the marker cannot be read.
    """
    url, marker = tar_url(folder, shard), read_marker(folder, shard)
    if marker is None:
        raise ShardDamagedError(f"{marker_url(folder, shard)}: the done marker is gone; run again")
    try:
        found = _sha256(url)
    except MissingFileError as error:
        raise ShardDamagedError(f"{url}: missing; {advise_remake(url)}") from error
    if found != marker.sha256:
        raise ShardDamagedError(
            f"{url}: its content has changed since it was written, as its SHA-256 shows; "
            f"{advise_remake(url)}"
        )


def _sha256(url: str) -> str:
    digest = hashlib.sha256()
    with open_url(url) as stream:
        for block in iter(partial(stream.read, _BLOCK), b""):
            digest.update(block)
    return digest.hexdigest()
