import errno
import os
from pathlib import Path

import pytest

from rr_tasks.archive.storage import (
    StorageStoppedError,
    WriteFailedError,
    size_of,
    write_failure,
    write_whole,
)


def files(root: Path) -> list[str]:
    return sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())


def test_writes_and_replaces_a_file(tmp_path: Path) -> None:
    target = tmp_path / "a" / "b.jpg"
    write_whole(target, b"one")
    write_whole(target, b"three", tmp_path / "scratch")
    assert target.read_bytes() == b"three"
    assert files(tmp_path) == ["a/b.jpg"]


@pytest.mark.parametrize(
    ("code", "words"), [(errno.ENOSPC, "the disk is full"), (errno.EROFS, "read-only")]
)
def test_a_full_disk_leaves_the_old_file_and_no_temporary_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int, words: str
) -> None:
    target = tmp_path / "b.jpg"
    write_whole(target, b"old")

    def full(_: int) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StorageStoppedError, match=words):
        write_whole(target, b"new")
    assert target.read_bytes() == b"old"
    assert files(tmp_path) == ["b.jpg"]


def test_an_interrupt_leaves_no_temporary_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(_: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write_whole(tmp_path / "b.jpg", b"new")
    assert files(tmp_path) == []


def test_a_name_that_is_too_long_concerns_one_file_only(tmp_path: Path) -> None:
    with pytest.raises(WriteFailedError, match="too long") as caught:
        write_whole(tmp_path / ("x" * 300), b"")
    assert not isinstance(caught.value, StorageStoppedError)


def test_the_message_tells_that_the_run_can_be_resumed() -> None:
    failure = write_failure(Path("/disk/a.jpg"), OSError(errno.ENOSPC, "No space left on device"))
    assert "/disk/a.jpg" in str(failure)
    assert "run again" in str(failure)


def test_a_folder_has_no_size(tmp_path: Path) -> None:
    assert size_of(tmp_path) is None
    assert size_of(tmp_path / "missing") is None
