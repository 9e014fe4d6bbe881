"""An S3 service: how to reach it, and what is below one of its folders."""

from collections.abc import Iterator
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

import fsspec
from botocore.exceptions import ParamValidationError
from botocore.handlers import validate_bucket_name

from rr_tasks.storage.failure import StorageError
from schemas.settings import s3_settings

_BLOCK = 8 << 20


def s3_filesystem_of(url: str) -> tuple[Any, str]:
    """Return the filesystem of an `s3://` URL, and the path there: bucket and key.

    Raises:
        StorageError: the name is not valid for a bucket.
        UnusableSettingsError: an `RR_S3_` variable is invalid.
    """
    if ".." in url.split("/"):
        raise StorageError(f"{url}: S3 does not support `..`; write the URL without it")
    options = {
        **s3_settings().s3fs_options(),
        "default_block_size": _BLOCK,
        # Others write there too, so nothing is remembered from one call to the next.
        "use_listings_cache": False,
        # One request reads an object: read in parts, it could be replaced half-way.
        "max_concurrency": 1,
    }
    try:
        filesystem = fsspec.filesystem("s3", **options)
    except ValueError as error:
        raise StorageError(f"{url}: no such storage: {error}") from error
    path = filesystem._strip_protocol(
        url
    )  # a key may hold `::`, which chains storage in other URLs
    filesystem.retries = 1  # on top of botocore's own, more would multiply them
    _check_bucket(url, filesystem.split_path(path)[0])
    return filesystem, str(path)


def seconds_unchanged(filesystem: Any, path: str) -> float:
    """Return how long ago an object was written, in whole seconds, by the service's own clock.

    Raises:
        FileNotFoundError: there is no such object.
    """
    bucket, key, _ = filesystem.split_path(path)
    found = filesystem.call_s3("head_object", Bucket=bucket, Key=key)
    now = found["ResponseMetadata"]["HTTPHeaders"].get("date")
    if now is None:
        return 0.0
    written: datetime = found["LastModified"]
    return max(0.0, (parsedate_to_datetime(now) - written).total_seconds())


def s3_objects(filesystem: Any, folder: str, **options: Any) -> Iterator[dict[str, Any]]:
    """Yield all objects below a folder, as the service describes them: `Key`, `Size`, `ETag` ...

    They are requested a page at a time. `options` go with each request.
    """
    bucket, key, _ = filesystem.split_path(f"{folder.rstrip('/')}/")
    place: dict[str, str] = {}
    while True:
        page = filesystem.call_s3("list_objects_v2", Bucket=bucket, Prefix=key, **options, **place)
        for found in page.get("Contents", ()):
            if not found["Key"].endswith("/"):  # a folder that a web console made
                yield found
        if not page.get("IsTruncated"):
            return
        place = {"ContinuationToken": page["NextContinuationToken"]}


def find_s3_objects(filesystem: Any, folder: str, keys: set[str]) -> Iterator[dict[str, Any]]:
    """Yield the objects of a folder that have one of `keys`, as the service describes them.

    Keys that are close together cost one request, however many there are: each request lists from
    the next key onwards, and other objects in between are skipped. A service that does
    not list in the order of the keys' bytes may leave some out.
    """
    bucket, prefix, _ = filesystem.split_path(f"{folder.rstrip('/')}/")
    wanted = sorted(keys, key=str.encode, reverse=True)  # the order of listings, last one first
    shown = ""
    while wanted:
        start = max(_just_before(wanted[-1]), shown, key=str.encode)
        page = filesystem.call_s3(
            "list_objects_v2",
            Bucket=bucket,
            Prefix=prefix,
            StartAfter=start,
            MaxKeys=min(_PAGE, _KEYS_BETWEEN * len(wanted) + 1),
        )
        found = page.get("Contents", ())
        yield from (entry for entry in found if entry["Key"] in keys)
        if not page.get("IsTruncated"):
            return
        shown = found[-1]["Key"] if found else start
        if shown.encode() <= start.encode():  # a service that lists in another order
            return
        while wanted and wanted[-1].encode() <= shown.encode():
            wanted.pop()


_PAGE = 1000
_KEYS_BETWEEN = 4
"""Keys listed for each one wanted: beside a restored photograph lies its diagnosis, for example."""


def _just_before(key: str) -> str:
    """A key that is listed before `key`, and after most of those that are."""
    last = key[-1]
    return f"{key[:-1]}{chr(ord(last) - 1)}~" if last.isascii() and last.isalnum() else key[:-1]


def _check_bucket(url: str, name: str) -> None:
    if not name:
        raise StorageError(f"{url}: names no bucket; write s3://BUCKET/FOLDER")
    try:
        validate_bucket_name({"Bucket": name})
    except ParamValidationError as error:
        raise StorageError(f"{url}: no bucket can have this name; correct the URL") from error
