import errno
import os
import time
from pathlib import Path

import pytest

from rr_tasks.storage.failure import StorageError, StorageStoppedError
from rr_tasks.storage.folders import open_folder
from rr_tasks.storage.local_folder import LocalFolder
from rr_tasks.storage.status import Status


def files(root: Path) -> list[str]:
    return sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())


@pytest.fixture
def folder(tmp_path: Path) -> LocalFolder:
    return LocalFolder(str(tmp_path))


def test_writes_and_replaces_a_file(folder: LocalFolder, tmp_path: Path) -> None:
    folder.write("a/b.jpg", b"one")
    LocalFolder(str(tmp_path), "scratch").write("a/b.jpg", b"three")
    assert folder.read("a/b.jpg") == b"three"
    assert files(tmp_path) == ["a/b.jpg"]


def test_a_file_has_the_time_that_it_is_given_or_else_now(
    folder: LocalFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.write("a", b"one", 946_684_800_123_456_789)
    assert folder.status("a") == Status(3, 946_684_800_123_456_789)
    folder.write("b", b"far", 2**100)  # no clock has this time
    monkeypatch.setattr(os, "utime", lambda *_, **__: Path("no such file").stat())
    folder.write("c", b"one", 946_684_800_000_000_000)
    for name in "bc":
        assert abs(folder.status(name).mtime_ns - time.time_ns()) < 60 * 10**9


def test_a_key_that_begins_with_a_slash_is_a_path_below(
    folder: LocalFolder, tmp_path: Path
) -> None:
    folder.write("/a//b.jpg", b"one")
    assert files(tmp_path) == ["a/b.jpg"]


def test_copies_a_file_with_its_time(folder: LocalFolder, tmp_path: Path) -> None:
    folder.write("deep/a", b"x" * 3_000_000)
    with folder.open("deep/a") as stream:
        LocalFolder(str(tmp_path / "copy")).save("deep/a", stream, 10**18)
    assert (tmp_path / "copy/deep/a").read_bytes() == b"x" * 3_000_000
    assert (tmp_path / "copy/deep/a").stat().st_mtime_ns == 10**18
    assert files(tmp_path / "copy") == ["deep/a"]


@pytest.mark.parametrize(
    ("code", "words"),
    [(errno.ENOSPC, "No space left on device; free some"), (errno.EROFS, "Read-only file system")],
)
def test_a_full_disk_leaves_the_old_file_and_no_temporary_one(
    folder: LocalFolder,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    code: int,
    words: str,
) -> None:
    folder.write("b.jpg", b"old")

    def full(_: int) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StorageStoppedError, match=f"b.jpg: {words}"):
        folder.write("b.jpg", b"new")
    assert folder.read("b.jpg") == b"old"
    assert files(tmp_path) == ["b.jpg"]


def test_an_interrupt_leaves_no_temporary_file(
    folder: LocalFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(_: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        folder.write("b.jpg", b"new")
    assert files(tmp_path) == []


def test_a_name_that_is_too_long_concerns_one_file_only(folder: LocalFolder) -> None:
    with pytest.raises(StorageError, match="too long") as caught:
        folder.write("x" * 300, b"")
    assert not isinstance(caught.value, StorageStoppedError)


def test_looks_at_files_only(folder: LocalFolder, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    folder.write("a", b"four")
    assert folder.status("folder") is None
    assert folder.status("missing") is None
    assert folder.status("a/missing") is None
    assert folder.status("a") == Status(4, (tmp_path / "a").stat().st_mtime_ns)
    assert list(folder.statuses(["a", "missing", "x" * 300])) == ["a"]


@pytest.mark.parametrize("path", ["link/a", "../a", "/../a"])
def test_nothing_outside_is_written_or_removed(tmp_path: Path, path: str) -> None:
    (tmp_path / "a").write_text("mine")
    folder = LocalFolder(str(tmp_path / "inside"))
    folder.write("b", b"")
    (tmp_path / "inside" / "link").symlink_to(tmp_path)
    for act in (lambda: folder.write(path, b"x"), lambda: folder.remove(path)):
        with pytest.raises(StorageError, match="leads out of the folder"):
            act()
    assert (tmp_path / "a").read_text() == "mine"


def test_a_url_of_a_disk_is_a_disk(tmp_path: Path) -> None:
    assert open_folder(tmp_path.as_uri()).place == open_folder(str(tmp_path)).place
