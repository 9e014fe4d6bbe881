import errno
import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from rr_tasks.storage import atomic
from rr_tasks.storage.failure import StorageError
from rr_tasks.storage.files import (
    MissingFolderError,
    exists,
    join,
    list_files,
    list_folders,
    paths_below,
    publish,
    publish_all,
    publish_bytes,
    read_bytes,
)

Place = Callable[[str], str]


@pytest.fixture(params=["local", "file", "memory", "s3"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """Makes URLs below a new folder."""
    root = {
        "local": str(tmp_path / "store"),
        "file": f"file://{tmp_path}/store",
        "memory": f"memory://{request.node.name}-{tmp_path.name}/store",
        "s3": "",
    }[request.param] or f"{request.getfixturevalue('s3').url}/store"
    return lambda name: join(root, name) if name else root


def test_paths_go_on_from_a_folder(place: Place) -> None:
    for name in ("b/c.png", "a.b_0.8.jpg"):
        publish_bytes(b"", place(name))
    found = list_files(place(""))
    assert paths_below(place(""), found) == ["a.b_0.8.jpg", "b/c.png"]
    assert paths_below(place("") + "/", found[1:]) == ["b/c.png"]


def test_segments_are_joined_once() -> None:
    assert join("s3://bucket/a/", "b", "c.tar") == "s3://bucket/a/b/c.tar"
    assert join("/data", "b") == "/data/b"


def test_what_is_published_can_be_read(place: Place, tmp_path: Path) -> None:
    (tmp_path / "local").write_bytes(b"one")
    assert not exists(place("deep/one"))
    publish(tmp_path / "local", place("deep/one"))
    publish_bytes(b"two", place("deep/two"))
    publish_bytes(b"new", place("deep/two"))
    assert exists(place("deep/one"))
    assert read_bytes(place("deep/one")) == b"one"
    assert read_bytes(place("deep/two")) == b"new"


@pytest.mark.parametrize("links", [True, False])
def test_a_file_is_copied_only_where_it_cannot_be_linked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, links: bool
) -> None:
    local, target = tmp_path / "local", tmp_path / "store" / "one"
    local.write_bytes(b"one")

    def refuse(*_: object) -> None:
        raise OSError(errno.EXDEV, "Invalid cross-device link")

    if not links:
        monkeypatch.setattr(Path, "hardlink_to", refuse)
    publish(local, str(target))
    assert target.samefile(local) == links
    local.unlink()
    assert target.read_bytes() == b"one"


def test_several_can_be_published_in_one_call(place: Place) -> None:
    contents = {place(f"deep/{number}"): bytes([number]) for number in range(20)}
    publish_all(contents)
    assert {url: read_bytes(url) for url in contents} == contents


def test_files_are_listed_sorted_without_hidden_ones(place: Place) -> None:
    for name in ("b", "a/z", ".hidden", "a/.b.part", ".git/x"):
        publish_bytes(b"x", place(name))
    listed = list_files(place(""))
    assert [url.rsplit("store/", 1)[-1].rsplit("/", 2)[-1] for url in listed] == ["z", "b"]
    assert all(read_bytes(url) == b"x" for url in listed)


def test_only_the_folders_of_a_folder_are_listed(place: Place) -> None:
    for name in ("b/x", "a/deep/z", "file", ".git/x"):
        publish_bytes(b"x", place(name))
    assert list_folders(place("")) == [place("a"), place("b")]
    assert list_folders(place("") + "/") == [place("a"), place("b")]
    assert list_folders(place("b")) == []
    with pytest.raises(MissingFolderError, match=re.escape(place("none"))):
        list_folders(place("none"))


def test_a_hidden_folder_above_hides_nothing(tmp_path: Path) -> None:
    publish_bytes(b"x", str(tmp_path / ".cache" / "data" / "a"))
    assert len(list_files(str(tmp_path / ".cache" / "data"))) == 1


def test_a_missing_folder_is_named(place: Place) -> None:
    with pytest.raises(MissingFolderError, match="nowhere: no such folder; check the path or URL"):
        list_files(place("nowhere"))


def test_a_full_disk_leaves_the_old_file_and_no_rest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "store" / "one"
    publish_bytes(b"old", str(target))

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(atomic.os, "fsync", full)
    words = f"{target}: No space left on device; free some space and run"
    with pytest.raises(StorageError, match=re.escape(words)) as failure:
        publish_bytes(b"new", str(target))
    assert failure.value.errno == 28
    assert target.read_bytes() == b"old"
    assert os.listdir(target.parent) == ["one"]  # noqa: PTH208


def test_a_file_is_flushed_before_it_gets_its_name_and_the_name_after_that(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "one"
    flushed: list[bool] = []
    monkeypatch.setattr(atomic.os, "fsync", lambda _: flushed.append(target.exists()))
    publish_bytes(b"x", str(target))
    assert flushed == [False, True]
