"""A network that breaks in every way: each operation gets there, or says what is in its way."""

import os
from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from botocore.exceptions import ClientError

from rr_tasks.storage import uploads
from rr_tasks.storage.failure import UnreachableStorageError
from rr_tasks.storage.files import (
    exists,
    join,
    list_files,
    publish,
    publish_bytes,
    publish_if_absent,
    read_all,
    read_bytes,
    remove,
    stamp,
)
from rr_tasks.storage.filesystem import filesystem_of, open_url
from schemas.settings import s3_settings
from tests.fault_proxy import FAULTS, FaultProxy
from tests.s3 import S3

CONTENT = os.urandom(300_000)
CAUSES = {
    "slow down": ("SlowDown)", "503)"),
    "internal error": ("InternalError)", "500)"),
    "reset before": ("it broke off the connection)",),
    "reset after": ("it broke off the connection)",),
    "cut off": ("it broke off the connection)",),
    "silence": ("nothing came within RR_S3_READ_TIMEOUT)",),
}


def whole(url: str) -> bytes:
    with open_url(url) as stream:
        return b"".join(iter(lambda: stream.read(100_000), b""))


def put(url: str) -> bool:
    return publish_if_absent(CONTENT, f"{url}.new")


OPERATIONS: dict[str, tuple[Callable[[str], object], object]] = {
    "read_bytes": (read_bytes, CONTENT),
    "read_all": (lambda url: list(read_all([url])), [CONTENT]),
    "open_url": (whole, CONTENT),
    "exists": (exists, True),
    "does not exist": (lambda url: exists(f"{url}.none"), False),
    "list_files": (lambda url: len(list_files(url.rsplit("/", 1)[0])), 1),
    "stamp": (lambda url: bool(stamp(url)), True),
    "publish_if_absent": (put, True),
    "remove": (lambda url: remove(f"{url}.old"), None),
}


@pytest.fixture
def url(s3: S3) -> str:
    """An object of `CONTENT`."""
    publish_bytes(CONTENT, join(s3.url, "object"))
    return join(s3.url, "object")


@pytest.mark.parametrize("name", OPERATIONS)
def test_what_goes_wrong_once_is_done_again(url: str, network: FaultProxy, name: str) -> None:
    operation, expected = OPERATIONS[name]
    assert operation(url) == expected
    for fault, place in product(FAULTS, range(network.requests)):
        remove(f"{url}.new")
        network.disturb_next(*[""] * place, fault)
        assert operation(url) == expected
        assert network.injected[fault] == 1


@pytest.mark.parametrize("fault", [fault for fault in FAULTS if fault != "slow"])
def test_what_goes_wrong_each_time_ends_with_the_url_and_the_cause(
    url: str, network: FaultProxy, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    monkeypatch.setenv("RR_S3_ATTEMPTS", "2")
    for name in ("read_bytes", "open_url", "list_files", "publish_if_absent"):
        network.disturb(1.0, fault)
        with pytest.raises(UnreachableStorageError) as caught:
            OPERATIONS[name][0](url)
        place, _, words = str(caught.value).partition(": the S3 service does not answer (")
        assert place in (url, f"{url}.new", url.rpartition("/")[0])
        assert words.partition("; check")[0].endswith(CAUSES[fault]), name
        assert network.requests <= 2 * 2, name  # aiohttp too sends again, on kept connections


BEGIN, PART, END = 0, 1, 4
"""Requests of an upload in three parts."""


@pytest.mark.parametrize(
    ("fault", "place"),
    [("slow down", PART), ("reset after", BEGIN), ("reset after", PART), ("reset after", END)],
)
def test_a_large_file_arrives_whole_over_a_network_that_breaks(
    s3: S3,
    network: FaultProxy,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    fault: str,
    place: int,
) -> None:
    content = os.urandom((10 << 20) + 1)
    (tmp_path / "tar").write_bytes(content)
    monkeypatch.setattr(uploads, "_SINGLE_PUT", 1 << 20)
    monkeypatch.setattr(uploads, "_PART", 5 << 20)
    monkeypatch.setenv("RR_S3_READ_TIMEOUT", "10")
    network.disturb_next(*[""] * place, fault)
    publish(tmp_path / "tar", f"{s3.url}/tar")
    assert network.injected[fault] == 1
    assert read_bytes(f"{s3.url}/tar") == content
    assert list_files(s3.url) == [f"{s3.url}/tar"]


def test_a_service_that_forgets_what_has_ended_gets_it_again(
    s3: S3, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = os.urandom((10 << 20) + 1)
    (tmp_path / "tar").write_bytes(content)
    monkeypatch.setattr(uploads, "_SINGLE_PUT", 1 << 20)
    monkeypatch.setattr(uploads, "_PART", 5 << 20)
    filesystem, _ = filesystem_of(s3.url)
    call, ended = filesystem._call_s3, []

    async def forgetful(method: str, *arguments: Any, **options: Any) -> Any:
        answer = await call(method, *arguments, **options)
        if method == "complete_multipart_upload":
            ended.append(options["Key"])
            if len(ended) == 1:
                error = {"Error": {"Code": "NoSuchUpload"}}
                raise FileNotFoundError from ClientError(error, "CompleteMultipartUpload")
        return answer

    monkeypatch.setattr(filesystem, "_call_s3", forgetful)
    publish(tmp_path / "tar", f"{s3.url}/tar")
    assert len(ended) == 2
    assert read_bytes(f"{s3.url}/tar") == content


def test_polars_reads_through_it_too(s3: S3, network: FaultProxy) -> None:
    rows = pl.DataFrame({"number": range(200_000)})
    with filesystem_of(s3.url)[0].open(f"{s3.url}/rows.parquet", "wb") as stream:
        rows.write_parquet(stream, compression="uncompressed", row_group_size=10_000)
    network.disturb(0.1)
    for _ in range(5):
        options = s3_settings().polars_options()
        found = pl.scan_parquet(f"{s3.url}/*.parquet", storage_options=options).collect()
        assert found.equals(rows)
    assert network.injected
