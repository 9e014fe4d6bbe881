import os
from pathlib import Path

import polars as pl
import pytest

from rr_tasks.archive.layout import LEFT_OUT
from rr_tasks.archive.left_out import record_left_out
from rr_tasks.archive.listing import Listing, describe_left_out
from rr_tasks.photographs.selection import OTHER_KIND, SYSTEM, Selection
from rr_tasks.photographs.walk import walk
from rr_tasks.storage.folders import open_folder
from rr_tasks.storage.names import to_path


def write(root: Path, *names: str) -> None:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(b"abc")


def test_names_and_counts_what_is_left_out_by_kind(tmp_path: Path) -> None:
    root, output = tmp_path / "in", open_folder(str(tmp_path / "out"))
    write(root, "a.jpg", "a.mov", "b.MOV", "line\nbreak.txt", "@eaDir/1.jpg", "@eaDir/2.jpg")
    with record_left_out(output) as record:
        listing = Listing(walk(open_folder(str(root))), record)
        assert [item.path for item in listing] == ["a.jpg"]
    assert listing.left_out == {".mov": 2, ".txt": 1, SYSTEM: 1}
    assert describe_left_out(listing.left_out) == "2 .mov, 1 .txt, 1 system or hidden"
    assert pl.read_csv(output.read(LEFT_OUT)).rows() == [
        ("'@eaDir/", "system or hidden"),  # no formula in a spreadsheet
        ("a.mov", ".mov"),
        ("b.MOV", ".mov"),
        (r"line\nbreak.txt", ".txt"),
    ]


def test_a_folder_that_is_searched_for_included_files_still_counts_once(tmp_path: Path) -> None:
    write(tmp_path, "@eaDir/1.png", "@eaDir/2.png", "@eaDir/3.jpg")
    listing = Listing(walk(open_folder(str(tmp_path)), Selection(include=("*.jpg",))))
    assert [item.path for item in listing] == ["@eaDir/3.jpg"]
    assert listing.left_out == {SYSTEM: 1}


def test_any_number_of_kinds_takes_little_memory(tmp_path: Path) -> None:
    write(tmp_path, "a.jpg", *(f"{number}.x{number}" for number in range(150)))
    listing = Listing(walk(open_folder(str(tmp_path))))
    assert len(list(listing)) == 1
    assert len(listing.left_out) == 101
    assert listing.left_out[OTHER_KIND] == 50


def test_undecodable_names_can_be_opened_again(tmp_path: Path) -> None:
    raw = os.fsencode(tmp_path) + b"/caf\xe9.jpg"
    try:
        Path(os.fsdecode(raw)).write_bytes(b"abc")
    except OSError:
        pytest.skip("this file system takes UTF-8 names only")
    (item,) = Listing(walk(open_folder(str(tmp_path))))
    item.model_dump_json()
    assert (tmp_path / to_path(item.path)).read_bytes() == b"abc"
