import os
from pathlib import Path

import pytest

from rr_tasks.archive.listing import LocalListing
from rr_tasks.storage.names import to_path


def write(root: Path, *names: str) -> None:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x" * len(name))


def paths(root: Path, output: Path | None = None) -> list[str]:
    return [item.path for item in LocalListing(root, output)]


def test_lists_supported_files_in_order_of_their_names(tmp_path: Path) -> None:
    write(tmp_path, "b.JPG", "a/z.tiff", "a/c.webp", "a.png", "ü 日.jpeg", "new\nline.tif")
    expected = ["a/c.webp", "a/z.tiff", "a.png", "b.JPG", "new\nline.tif", "ü 日.jpeg"]
    assert paths(tmp_path) == expected


def test_knows_size_and_time(tmp_path: Path) -> None:
    write(tmp_path, "four")
    (tmp_path / "four").rename(tmp_path / "a.jpg")
    os.utime(tmp_path / "a.jpg", ns=(1, 1_600_000_000_000_000_001))
    (item,) = LocalListing(tmp_path)
    assert (item.size, item.mtime_ns) == (4, 1_600_000_000_000_000_001)


def test_passes_over_clutter_and_counts_other_files(tmp_path: Path) -> None:
    write(tmp_path, "Thumbs.db", ".DS_Store", "desktop.ini", ".hidden.jpg", ".cache/a.jpg")
    write(tmp_path, "_rr/previews/a.jpg", "notes.txt", "film.mp4", "a.jpg")
    listing = LocalListing(tmp_path)
    assert [item.path for item in listing] == ["a.jpg"]
    assert listing.ignored == 2


def test_links_to_folders_never_loop(tmp_path: Path) -> None:
    root, elsewhere = tmp_path / "in", tmp_path / "elsewhere"
    write(root, "a/1.jpg")
    write(elsewhere, "2.jpg")
    (root / "a" / "up").symlink_to(root)
    (root / "a" / "self").symlink_to(root / "a" / "self")
    (root / "over").symlink_to(tmp_path)
    (root / "x").symlink_to(elsewhere)
    (root / "y").symlink_to(elsewhere)
    (elsewhere / "back").symlink_to(root)
    (elsewhere / "again").symlink_to(elsewhere)
    assert paths(root) == ["a/1.jpg", "x/2.jpg"]


def test_never_lists_the_output_through_a_link(tmp_path: Path) -> None:
    root, output = tmp_path / "in", tmp_path / "out"
    write(root, "1.jpg")
    write(output, "1.jpg")
    (root / "results").symlink_to(output)
    assert paths(root, output) == ["1.jpg"]


def test_a_dangling_link_is_reported_and_a_pipe_is_not_opened(tmp_path: Path) -> None:
    (tmp_path / "lost.jpg").symlink_to(tmp_path / "nowhere.jpg")
    os.mkfifo(tmp_path / "pipe.jpg")
    listing = LocalListing(tmp_path)
    assert [(item.path, item.size) for item in listing] == [("lost.jpg", 0)]
    assert listing.ignored == 1


def test_undecodable_names_can_be_opened_again(tmp_path: Path) -> None:
    raw = os.fsencode(tmp_path) + b"/caf\xe9.jpg"
    try:
        Path(os.fsdecode(raw)).write_bytes(b"abc")
    except OSError:
        pytest.skip("this file system takes UTF-8 names only")
    (item,) = LocalListing(tmp_path)
    item.model_dump_json()
    assert (tmp_path / to_path(item.path)).read_bytes() == b"abc"


def test_names_folders_that_cannot_be_listed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, "a/1.jpg", "b/2.jpg")
    scandir = os.scandir

    def refuse(path: Path) -> object:
        if str(path).endswith("/a"):
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)
    listing = LocalListing(tmp_path)
    assert [item.path for item in listing] == ["b/2.jpg"]
    assert listing.unreadable == ["a: Permission denied"]
