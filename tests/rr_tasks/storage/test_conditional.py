"""Of several writers exactly one makes a file."""

import os
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from rr_tasks.storage import atomic
from rr_tasks.storage.files import join, publish_bytes, publish_if_absent, read_bytes
from tests.s3 import S3


@pytest.fixture(params=["local", "memory", "s3"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "s3":
        s3: S3 = request.getfixturevalue("s3")
        return join(s3.url, "claim")
    root = str(tmp_path) if request.param == "local" else f"memory://{tmp_path.name}"
    return join(root, "deep", "claim")


def test_what_is_there_stays(url: str) -> None:
    assert publish_if_absent(b"mine", url)
    assert not publish_if_absent(b"other", url)
    assert read_bytes(url) == b"mine"


def test_a_request_sent_again_finds_its_own_work(url: str) -> None:
    assert publish_if_absent(b"mine", url)
    assert publish_if_absent(b"mine", url)


def test_an_empty_file_counts(url: str) -> None:
    publish_bytes(b"", url)
    assert not publish_if_absent(b"mine", url)


def test_of_many_at_once_one_succeeds(url: str) -> None:
    if url.startswith("memory:"):
        pytest.skip("it is for one thread")
    writers, together = 8, threading.Barrier(8)

    def write(number: int) -> bool:
        together.wait()
        return publish_if_absent(f"writer {number}".encode(), url)

    with ThreadPoolExecutor(writers) as pool:
        made = list(pool.map(write, range(writers)))
    assert made.count(True) == 1
    assert read_bytes(url) == f"writer {made.index(True)}".encode()


@pytest.mark.parametrize("links", [True, False])
def test_on_a_local_disk_no_rest_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, links: bool
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(1, "Operation not permitted")

    if not links:
        monkeypatch.setattr(atomic.Path, "hardlink_to", refuse)
    target = tmp_path / "claim"
    assert publish_if_absent(b"mine", str(target))
    assert not publish_if_absent(b"other", str(target))
    assert os.listdir(tmp_path) == ["claim"]  # noqa: PTH208
    assert target.read_bytes() == b"mine"
