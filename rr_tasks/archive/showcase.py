"""Before/after pairs that stand for a restored archive."""

from typing import NamedTuple

from rr_tasks.archive.layout import PREVIEWS
from rr_tasks.storage.files import join, list_paths, read_bytes

_BEFORE, _AFTER = "-before.jpg", "-after.jpg"


class Pair(NamedTuple):
    """The previews of a restored photograph, as JPEG."""

    before: bytes
    after: bytes


def pick_pairs(archive: str, most: int) -> list[Pair]:
    """Read up to `most` pairs from the report of the archive in an output folder."""
    folder = join(archive, PREVIEWS)
    names = sorted(name for name in list_paths(folder) if name.endswith(_AFTER))
    stems = [name.removesuffix(_AFTER) for name in names[:most]]
    return [
        Pair(*(read_bytes(join(folder, f"{stem}{end}")) for end in (_BEFORE, _AFTER)))
        for stem in stems
    ]
