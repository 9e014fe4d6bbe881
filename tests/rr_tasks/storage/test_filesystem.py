"""What a URL may look like."""

import re

import pytest

from rr_tasks.storage.failure import StorageError
from rr_tasks.storage.filesystem import filesystem_of


def test_a_secret_in_a_url_is_not_repeated() -> None:
    with pytest.raises(StorageError, match="must not hold keys or passwords") as caught:
        filesystem_of("s3://key:hush@photos/sets")
    assert "hush" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "meant"),
    [
        ("s3:/photos/x", "s3://photos/x"),
        ("s3:photos/x", "s3://photos/x"),
        ("https:/example.org/x", "https://example.org/x"),
    ],
)
def test_a_missing_slash_is_told(url: str, meant: str) -> None:
    with pytest.raises(StorageError, match=re.escape(f"{url}: did you mean {meant}?")):
        filesystem_of(url)


@pytest.mark.parametrize("url", ["s3://", "s3a://"])
def test_a_missing_bucket_is_told(url: str) -> None:
    with pytest.raises(StorageError, match="names no bucket; write s3://BUCKET/FOLDER"):
        filesystem_of(url)
