"""What a URL may look like."""

import re
import socket
from contextlib import closing
from pathlib import Path

import pytest

from rr_tasks.storage.failure import StorageError, UnreachableStorageError
from rr_tasks.storage.files import exists, list_files, publish_bytes, read_bytes
from rr_tasks.storage.filesystem import filesystem_of


def test_a_secret_in_a_url_is_not_repeated() -> None:
    with pytest.raises(StorageError, match="must not hold keys, passwords") as caught:
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


@pytest.mark.parametrize("url", ["s3://photos/../x", "s3a://photos/x/.."])
def test_the_way_up_is_refused_where_there_is_none(url: str) -> None:
    with pytest.raises(StorageError, match=re.escape(f"{url}: S3 does not support `..`; ")):
        filesystem_of(url)
    filesystem_of(url.removeprefix("s3a://").removeprefix("s3://"))  # a disk has it


@pytest.mark.parametrize("url", ["s3://", "s3a://"])
def test_a_missing_bucket_is_told(url: str) -> None:
    with pytest.raises(StorageError, match="names no bucket; write s3://BUCKET/FOLDER"):
        filesystem_of(url)


def test_a_web_server_that_is_down_is_told() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/photos"
    told = re.escape(f"{url}: the server does not answer (") + ".+; check the URL, the network"
    for ask in (list_files, read_bytes, exists):
        with pytest.raises(UnreachableStorageError, match=told):
            ask(url)


def test_a_path_is_no_url_whatever_it_holds(tmp_path: Path) -> None:
    path = tmp_path / "a::b" / "what?sig=1#[x]*.jpg"
    publish_bytes(b"mine", str(path))
    assert path.read_bytes() == read_bytes(str(path)) == b"mine"
    assert exists(str(path))
    assert list(map(read_bytes, list_files(str(path.parent)))) == [b"mine"]
