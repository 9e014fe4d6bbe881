import os
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from rr_tasks.storage.files import publish_bytes, read_bytes
from rr_tasks.weights.cache import cache_by_stamp
from tests.s3 import S3


def read(url: str | None) -> list[bytes]:
    return [] if url is None else [read_bytes(url)]


def test_a_file_is_loaded_once_until_it_is_replaced(tmp_path: Path) -> None:
    weights = tmp_path / "weights"
    weights.write_bytes(b"two")
    load = cache_by_stamp(read)
    first = load(str(weights))
    assert load(str(weights)) is first == [b"two"]
    assert load(None) is load(None)
    written = weights.stat()
    weights.with_suffix(".new").write_bytes(b"six")  # of the same size and time
    os.utime(weights.with_suffix(".new"), ns=(written.st_atime_ns, written.st_mtime_ns))
    weights.with_suffix(".new").replace(weights)
    assert load(str(weights)) == [b"six"]


def test_an_object_is_loaded_once_until_it_is_replaced(s3: S3) -> None:
    load, url = cache_by_stamp(read), f"{s3.url}/weights"
    publish_bytes(b"one", url)
    first = load(url)
    assert load(url) is first == [b"one"]
    publish_bytes(b"two", url)
    assert load(url) == [b"two"]


def test_a_missing_file_is_the_loaders_to_name(tmp_path: Path) -> None:
    load = cache_by_stamp(read)
    with pytest.raises(FileNotFoundError):
        load(str(tmp_path / "none"))
    (tmp_path / "none").write_bytes(b"now")
    assert load(str(tmp_path / "none")) == [b"now"]


def test_threads_that_ask_at_once_share_one_copy() -> None:
    loaded: list[str | None] = []

    @cache_by_stamp
    def load(url: str | None) -> object:
        time.sleep(0.05)
        loaded.append(url)
        return object()

    with ThreadPoolExecutor(4) as threads:
        copies = set(threads.map(load, [None] * 4))
    assert len(copies) == len(loaded) == 1
