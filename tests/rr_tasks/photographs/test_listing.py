import os
import pickle
from pathlib import Path

import pytest

from rr_tasks.photographs.listing import (
    DamagedListingError,
    list_photographs,
    photographs_of,
    read_listing,
)
from rr_tasks.photographs.selection import Selection
from rr_tasks.storage.files import MissingFolderError, join, publish_bytes, read_bytes
from tests.s3 import S3


@pytest.fixture(params=["local", "s3"])
def root(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "local":
        return str(tmp_path)
    s3: S3 = request.getfixturevalue("s3")
    return s3.url


def test_photographs_are_listed_sorted_and_nothing_else(root: str) -> None:
    folder = join(root, "in")
    names = ("b.PNG", "a/c.jpg", "a/.hidden.jpg", ".git/d.jpg", "notes.txt", "b.depth.png", "e.bmp")
    for name in names:
        publish_bytes(name.encode(), join(folder, name))
    listed = list_photographs(folder)
    assert [listed.path(url) for url in listed] == ["a/c.jpg", "b.PNG", "e.bmp"]
    assert [read_bytes(url) for url in listed] == [b"a/c.jpg", b"b.PNG", b"e.bmp"]


def test_a_folder_without_photographs_is_named(tmp_path: Path) -> None:
    with pytest.raises(MissingFolderError, match=r"no photographs here; expected .*\.webp"):
        list_photographs(str(tmp_path))
    with pytest.raises(MissingFolderError, match="nowhere: no such folder"):
        list_photographs(str(tmp_path / "nowhere"))


def test_a_kept_listing_is_read_back_wherever_the_photographs_lie_there(root: str) -> None:
    for name in ("c.jpg", "a.jpg", "b/a.jpg"):
        publish_bytes(b"x", join(root, "in", name))
    listed = list_photographs(join(root, "in"))
    listed.publish(join(root, "out"))
    assert list(read_listing(join(root, "out"), join(root, "in"))) == list(listed)
    mounted = read_listing(join(root, "out"), "/mnt/photographs/")
    assert mounted[1] == "file:///mnt/photographs/b/a.jpg"


def test_a_name_that_is_no_text_is_kept_as_it_is(tmp_path: Path) -> None:
    name = b"caf\xe9.jpg"
    with open(os.path.join(os.fsencode(tmp_path), name), "wb") as file:  # noqa: PTH118, PTH123
        file.write(b"x")
    list_photographs(str(tmp_path)).publish(str(tmp_path / "out"))
    (url,) = read_listing(str(tmp_path / "out"), str(tmp_path))
    assert read_bytes(url) == b"x"


def test_a_listing_that_is_there_stays(tmp_path: Path) -> None:
    first, second = (photographs_of("/in", [f"file:///in/{name}"]) for name in ("a.jpg", "b.jpg"))
    first.publish(str(tmp_path))
    second.publish(str(tmp_path))
    assert list(read_listing(str(tmp_path), "/in")) == ["file:///in/a.jpg"]


def test_a_damaged_listing_is_named_with_what_to_do(tmp_path: Path) -> None:
    for content in (None, b"no table"):
        if content is not None:
            (tmp_path / ".photographs.parquet").write_bytes(content)
        with pytest.raises(DamagedListingError, match=r"\.photographs\.parquet: .*run the same"):
            read_listing(str(tmp_path), "/in")


def test_a_stretch_is_as_good_as_the_whole() -> None:
    whole = photographs_of("/in", [f"file:///in/{number}.jpg" for number in range(5)])
    assert list(whole[1:3]) == ["file:///in/1.jpg", "file:///in/2.jpg"]
    assert list(pickle.loads(pickle.dumps(whole))) == list(whole)


def test_a_selection_decides_what_is_listed(root: str) -> None:
    folder = join(root, "in")
    for name in ("a.jpg", "drafts/b.jpg", "@eaDir/c.jpg", ".d.jpg"):
        publish_bytes(b"x", join(folder, name))
    listed = list_photographs(folder, Selection(("@eaDir/",), ("drafts/",)))
    assert [listed.path(url) for url in listed] == ["@eaDir/c.jpg", "a.jpg"]
