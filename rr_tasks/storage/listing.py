"""Walks through the files below a folder, holding no more than a page of them."""

import os
from collections.abc import Iterator
from typing import Any

from rr_tasks.storage.filesystem import is_local, is_s3


def walk_files(filesystem: Any, folder: str) -> Iterator[str]:
    """Yield the paths of all files below a folder, in any order; links to folders are skipped."""
    if is_local(filesystem):
        for place, _, names in os.walk(folder):
            yield from (os.path.join(place, name) for name in names)  # noqa: PTH118 - many
    elif is_s3(filesystem):
        from rr_tasks.storage.s3 import s3_objects

        bucket = filesystem.split_path(folder)[0]
        yield from (f"{bucket}/{found['Key']}" for found in s3_objects(filesystem, folder))
    else:
        yield from filesystem.find(folder)
