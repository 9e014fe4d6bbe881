import re
from pathlib import Path
from typing import Any

import pytest
import s3fs

from rr_tasks.storage.failure import MissingBucketError, StorageError
from rr_tasks.storage.filesystem import filesystem_of
from rr_tasks.storage.folder import Folder
from rr_tasks.storage.folders import open_folder
from tests.s3 import BUCKET, KEY, S3, SECRET

NAMES = (
    "a b.jpg",
    "ü 日.jpg",
    "x::y.jpg",
    "50%41.jpg",
    "what?.jpg",
    "[a]*.jpg",
    "deep/er/a",
)


@pytest.fixture(params=["s3", "memory"])
def folder(request: pytest.FixtureRequest) -> Folder:
    if request.param == "s3":
        s3: S3 = request.getfixturevalue("s3")
        return open_folder(s3.url)
    return open_folder(f"memory://{request.node.name}")


def test_an_object_notes_the_time_that_it_is_given(s3: S3, tmp_path: Path) -> None:
    folder, disk = open_folder(s3.url), open_folder(str(tmp_path))
    folder.write("a", b"one", 946_684_800_123_456_789)
    disk.write("b::c", b"x" * 3_000_000)
    with disk.open("b::c") as stream:
        folder.save("b::c", stream, -(10**9))
    filesystem, path = filesystem_of(s3.url)
    assert filesystem.metadata(f"{path}/a") == {"mtime": "946684800.123456789"}
    assert filesystem.metadata(f"{path}/b::c") == {"mtime": "-1.000000000"}
    with folder.open("b::c") as stream:
        assert stream.read() == b"x" * 3_000_000


def test_a_file_is_what_was_written(folder: Folder) -> None:
    assert folder.status("a") is None
    folder.write("a", b"one")
    folder.write("a", b"two")
    assert folder.read("a") == b"two"
    status = folder.status("a")
    assert status is not None
    assert (status.size, status.mtime_ns % 10**9) == (3, 0)
    assert folder.statuses(["none", "a"]) == {"a": status}
    folder.remove("a")
    folder.remove("a")
    assert folder.status("a") is None
    with pytest.raises(FileNotFoundError, match=re.escape(folder.at("a"))):
        folder.read("a")


def test_any_name_is_a_name(s3: S3) -> None:
    folder = open_folder(s3.url)
    for name in NAMES:
        folder.write(name, name.encode())
    assert {name: folder.read(name).decode() for name in NAMES} == {name: name for name in NAMES}
    assert sorted(folder.names("")) == sorted(name for name in NAMES if "/" not in name)
    assert set(folder.statuses(NAMES)) == set(NAMES)
    assert folder.status("deep") is None
    for name in NAMES:
        folder.remove(name)
    assert not folder.names("")


@pytest.mark.parametrize("name", ["caf\udce9.jpg", "a?versionId=1.jpg"])
def test_a_name_that_cannot_be_a_key_is_refused_for_itself(folder: Folder, name: str) -> None:
    with pytest.raises(StorageError, match="rename it"):
        folder.write(name, b"")
    assert folder.names("") == []


def test_names_are_those_right_in_a_folder(folder: Folder) -> None:
    for name in ("b/2", "b/1", "b/c/3", "bc/4", "5"):
        folder.write(name, b"")
    assert folder.names("b") == ["1", "2"]
    assert folder.names("none") == []


def test_others_files_are_noticed(folder: Folder) -> None:
    assert not folder.is_foreign("_rr")
    folder.write("theirs", b"")
    assert folder.is_foreign("_rr")
    folder.write("_rr/source", b"")
    assert not folder.is_foreign("_rr")


def test_a_listing_says_the_same_as_looking_at_each_file(s3: S3) -> None:
    folder = open_folder(s3.url)
    for name in NAMES:
        folder.write(name, b"x" * len(name))
    listed = {entry.path: entry.status for entry in folder.entries()}  # type: ignore[attr-defined]
    assert listed == folder.statuses(NAMES)


def test_a_listing_of_many_pages_is_whole(s3: S3, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = open_folder(s3.url)
    for number in range(7):
        folder.write(str(number), b"")
    request = s3fs.S3FileSystem.call_s3
    pages: list[int] = []

    def small_pages(self: Any, method: str, *arguments: Any, **options: Any) -> Any:
        page = request(self, method, *arguments, MaxKeys=3, **options)
        pages.append(len(page["Contents"]))
        return page

    monkeypatch.setattr(s3fs.S3FileSystem, "call_s3", small_pages)
    assert folder.names("") == [str(number) for number in range(7)]
    assert pages == [3, 3, 1]


def test_a_folder_that_a_console_made_is_no_file(s3: S3) -> None:
    storage = s3fs.S3FileSystem(endpoint_url=s3.endpoint, key=KEY, secret=SECRET)
    bucket, _, key = s3.url.removeprefix("s3://").partition("/")
    storage.call_s3("put_object", Bucket=bucket, Key=f"{key}/album/", Body=b"")
    folder = open_folder(s3.url)
    folder.write("album/1", b"")
    assert [entry.path for entry in folder.entries()] == ["album/1"]  # type: ignore[attr-defined]


def test_a_missing_bucket_is_not_an_empty_folder(s3: S3) -> None:
    folder = open_folder(f"s3://no-{BUCKET}/x")
    for look in (folder.status, folder.names, folder.read, folder.is_foreign):
        with pytest.raises(MissingBucketError, match=f"no-{BUCKET}"):
            look("a")


def test_no_object_is_passed_over_whatever_the_order_of_a_listing(folder: Folder) -> None:
    names = ["blur+noise/a.jpg", "blur/a.jpg", "blur/b.jpg", "blur-0/a.jpg"]
    for name in names:
        folder.write(name, b"1")
    assert folder.statuses([*names, "blur/c.jpg"]).keys() == set(names)
