"""Turns a synthesized data set into a folder of degraded photographs, like an archive."""

from contextlib import suppress

from rr_tasks.photographs.picture import encode_picture
from rr_tasks.shards.outcomes import Decoders, Lost, read_good_rows
from rr_tasks.shards.png import decode_png
from rr_tasks.shards.reader import done_shards
from rr_tasks.storage.below import EscapingNameError, join_below
from rr_tasks.storage.files import MissingFolderError, list_files, path_below, publish_bytes
from rr_tasks.storage.leftovers import remove_leftovers
from rr_tasks.storage.names import to_path
from schemas.prior.migrations import load_prior

_QUALITY = 95
_DECODERS: Decoders = {"degraded.png": decode_png, "prior.json": load_prior}


def export_archive(shards: str, folder: str) -> str:
    """Write every degraded photograph as JPEG below a URL, in a subfolder for its mixture.

    Each file has the path of its clean photograph, with the sample's key added to its name if that
    path is taken. Existing files are left alone; samples that cannot be read, and those whose
    paths lead out of the folder, are left out. Returns `folder`.

    Raises:
        ShardDamagedError, StorageError: see `rr_tasks.shards.outcomes.read_outcomes`.
    """
    remove_leftovers(folder)
    taken: set[str] = set()
    there = _names(folder)
    for marker in done_shards(shards):
        for row, sample in read_good_rows(shards, marker.shard, _DECODERS):
            if isinstance(sample, Lost):
                continue
            mixture = "+".join(sample["prior.json"].present()) or "clean"
            stem = to_path(row.source).rsplit(".", 1)[0]
            name = f"{mixture}/{stem}.jpg"
            if name in taken:
                name = f"{mixture}/{stem}-{row.key}.jpg"
            taken.add(name)
            if name not in there:
                with suppress(EscapingNameError):
                    url = join_below(folder, name)
                    publish_bytes(encode_picture(sample["degraded.png"], _QUALITY), url)
    return folder


def _names(folder: str) -> set[str]:
    """Return the paths of the existing files."""
    try:
        return {path_below(folder, url) for url in list_files(folder)}
    except MissingFolderError:
        return set()
