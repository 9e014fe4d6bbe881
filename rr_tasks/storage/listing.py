"""Goes through what lies below a folder, without holding more of it than a page."""

import os
from collections.abc import Iterator
from typing import Any

from rr_tasks.storage.filesystem import is_local, is_s3


def paths_in(filesystem: Any, folder: str) -> Iterator[str]:
    """The paths of all files below a folder, in no order; links to folders are not followed."""
    if is_local(filesystem):
        for place, _, names in os.walk(folder):
            yield from (os.path.join(place, name) for name in names)  # noqa: PTH118 - many
    elif is_s3(filesystem):
        bucket = filesystem.split_path(folder)[0]
        yield from (f"{bucket}/{found['Key']}" for found in s3_objects(filesystem, folder))
    else:
        yield from filesystem.find(folder)


def s3_objects(filesystem: Any, folder: str) -> Iterator[dict[str, Any]]:
    """All objects below a folder of S3 as the service describes them: `Key`, `Size`, `ETag` ...

    It is asked for a page of them at a time.
    """
    bucket, key, _ = filesystem.split_path(f"{folder.rstrip('/')}/")
    place: dict[str, str] = {}
    while True:
        page = filesystem.call_s3("list_objects_v2", Bucket=bucket, Prefix=key, **place)
        for found in page.get("Contents", ()):
            if not found["Key"].endswith("/"):  # a folder that a web console made
                yield found
        if not page.get("IsTruncated"):
            return
        place = {"ContinuationToken": page["NextContinuationToken"]}
