import os
from pathlib import Path
from typing import Any

import pytest

from rr_tasks.photographs.companions import Neighbours
from rr_tasks.photographs.selection import EXCLUDED, SYSTEM, Selection
from rr_tasks.photographs.walk import COMPANION, PHOTOGRAPH, SPECIAL, Entry, walk
from rr_tasks.storage.folders import open_folder
from rr_tasks.storage.status import Status
from tests.s3 import S3


def write(root: Path, *names: str) -> None:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x" * len(name))


def listed(root: Path | str, **options: Any) -> list[Entry]:
    return list(walk(open_folder(str(root)), **options))


def paths(root: Path, output: Path | None = None) -> list[str]:
    other = None if output is None else open_folder(str(output))
    return [entry.path for entry in listed(root, output=other) if entry.kind == PHOTOGRAPH]


def kinds(root: Path | str, *patterns: tuple[str, ...], **options: Any) -> dict[str, str]:
    found = listed(root, selection=Selection(*patterns), **options)
    return {entry.path: entry.kind for entry in found}


@pytest.fixture(params=["disk", "s3"])
def root(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "disk":
        return str(tmp_path / "in")
    s3: S3 = request.getfixturevalue("s3")
    return f"{s3.url}/in"


def fill(root: str, *names: str) -> None:
    for name in names:
        open_folder(root).write(name, b"x")


def test_lists_photographs_in_order_of_their_names(tmp_path: Path) -> None:
    write(
        tmp_path,
        "b.JPG",
        "a/z.tiff",
        "a/c.webp",
        "a.png",
        "ü 日.jpeg",
        "new\nline.tif",
        "x.jfif",
        "3D.MPO",
    )
    expected = [
        "3D.MPO",
        "a/c.webp",
        "a/z.tiff",
        "a.png",
        "b.JPG",
        "new\nline.tif",
        "x.jfif",
        "ü 日.jpeg",
    ]
    assert paths(tmp_path) == expected


def test_knows_size_and_time(tmp_path: Path) -> None:
    write(tmp_path, "four")
    (tmp_path / "four").rename(tmp_path / "a.jpg")
    os.utime(tmp_path / "a.jpg", ns=(1, 1_600_000_000_000_000_001))
    (entry,) = listed(tmp_path)
    assert entry.status == Status(4, 1_600_000_000_000_000_001)


def test_passes_over_what_systems_put_there_and_names_other_kinds(root: str) -> None:
    fill(root, "Thumbs.db", ".hidden.jpg", "._a.jpg", "notes.txt", "a.jpg", "a/b/film.MP4", "x")
    fill(root, "b/@eaDir/a.jpg/S.jpg", "b/@eaDir/c.jpg", "#recycle/c.jpg", "$RECYCLE.BIN/$R.jpg")
    fill(root, "lost+found/e.jpg", "Previews.lrdata/1/2.jpg", "b/__MACOSX/x.png", "_rr/p.jpg")
    fill(
        root,
        "FOUND.012/x.jpg",
        "~snapshot/day/a.jpg",
        "M.photoslibrary/resources/derivatives/a.jpg",
    )
    fill(root, "M.photoslibrary/originals/0/a.jpg", "Old.photolibrary/Thumbnails/a.jpg")
    assert kinds(root) == {
        "a.jpg": PHOTOGRAPH,
        "M.photoslibrary/originals/0/a.jpg": PHOTOGRAPH,
        "notes.txt": ".txt",
        "a/b/film.MP4": ".mp4",
        "x": "of other kinds",
    } | dict.fromkeys(
        [
            *("Thumbs.db", ".hidden.jpg", "._a.jpg", "b/@eaDir/", "#recycle/", "$RECYCLE.BIN/"),
            *("lost+found/", "Previews.lrdata/", "b/__MACOSX/", "_rr/"),
            *("FOUND.012/", "~snapshot/", "M.photoslibrary/resources/"),
            "Old.photolibrary/Thumbnails/",
        ],
        SYSTEM,
    )


def test_leaves_out_and_brings_back_what_patterns_say(root: str) -> None:
    fill(root, "a.jpg", "2019/a.jpg", "2019/@eaDir/b.jpg", "2019/raw/c.jpg", ".d.jpg", "#x/e.jpg")
    found = kinds(root, ("@eaDir/", ".d.jpg"), ("2019/", "#x"))
    assert found == {
        "a.jpg": PHOTOGRAPH,
        ".d.jpg": PHOTOGRAPH,
        "2019/@eaDir/b.jpg": PHOTOGRAPH,
        "2019/": EXCLUDED,
        "#x/": EXCLUDED,
    }
    only = kinds(root, ("/2019/raw/",), ("*",))
    assert [path for path, kind in only.items() if kind == PHOTOGRAPH] == ["2019/raw/c.jpg"]


def test_tells_companions_from_other_files(root: str) -> None:
    fill(root, "a.HEIC", "a.MOV", "a.xmp", "b.mov", "b/a.xmp", "c.jpg", "c.jpg.json", "c.txt")
    assert kinds(root, companions=True) == {
        "a.HEIC": PHOTOGRAPH,
        "a.MOV": COMPANION,
        "a.xmp": COMPANION,
        "b.mov": ".mov",
        "b/a.xmp": ".xmp",
        "c.jpg": PHOTOGRAPH,
        "c.jpg.json": COMPANION,
        "c.txt": ".txt",
    }
    assert kinds(root)["a.xmp"] == ".xmp"


def test_what_is_passed_over_has_no_companions_and_is_none(root: str) -> None:
    fill(root, "a.jpg", "a.xmp", "b.jpg", "b.xmp")
    found = kinds(root, (), ("a.xmp", "b.jpg"), companions=True)
    assert found == {"a.jpg": PHOTOGRAPH, "a.xmp": EXCLUDED, "b.jpg": EXCLUDED, "b.xmp": ".xmp"}


def test_companions_in_a_bucket_are_found_in_a_window_that_moves(
    s3: S3, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rr_tasks.photographs.walk._NEAR", 2)
    known: list[int] = []
    own = Neighbours.own

    def watched(self: Neighbours, path: str) -> bool:
        known.append(len(self._known))
        return own(self, path)

    monkeypatch.setattr(Neighbours, "own", watched)
    fill(s3.url, *(f"{n}{suffix}" for n in range(9) for suffix in (".jpg", ".aae", ".xmp")))
    found = kinds(s3.url, companions=True)
    assert sum(kind == COMPANION for kind in found.values()) == 18
    assert max(known) < 10


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
    assert listed(tmp_path) == [Entry("lost.jpg", PHOTOGRAPH), Entry("pipe.jpg", SPECIAL)]


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
    found = walk(open_folder(str(tmp_path)))
    assert [entry.path for entry in found] == ["b/2.jpg"]
    assert found.unreadable == ["a: Permission denied"]
