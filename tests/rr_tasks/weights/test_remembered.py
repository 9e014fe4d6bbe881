import os
from pathlib import Path

import pytest

from rr_tasks.storage.files import publish_bytes, read_bytes
from rr_tasks.weights.remembered import remembered
from tests.s3 import S3


def read(url: str | None = None, other: str | None = None) -> list[bytes]:
    return [read_bytes(file) for file in (url, other) if file is not None]


def test_a_file_is_loaded_once_until_it_is_replaced(tmp_path: Path) -> None:
    weights, other = tmp_path / "weights", tmp_path / "other"
    weights.write_bytes(b"one")
    other.write_bytes(b"two")
    load = remembered(read)
    first = load(str(weights), str(other))
    assert load(str(weights), str(other)) is first == [b"one", b"two"]
    assert load(None, None) is load(None, None)
    written = other.stat()
    other.with_suffix(".new").write_bytes(b"six")  # of the same size and time
    os.utime(other.with_suffix(".new"), ns=(written.st_atime_ns, written.st_mtime_ns))
    other.with_suffix(".new").replace(other)
    assert load(str(weights), str(other)) == [b"one", b"six"]


def test_an_object_is_loaded_once_until_it_is_replaced(s3: S3) -> None:
    load, url = remembered(read), f"{s3.url}/weights"
    publish_bytes(b"one", url)
    first = load(url)
    assert load(url) is first == [b"one"]
    publish_bytes(b"two", url)
    assert load(url) == [b"two"]


def test_a_missing_file_is_the_loaders_to_name(tmp_path: Path) -> None:
    load = remembered(read)
    with pytest.raises(FileNotFoundError):
        load(str(tmp_path / "none"))
    (tmp_path / "none").write_bytes(b"now")
    assert load(str(tmp_path / "none")) == [b"now"]
