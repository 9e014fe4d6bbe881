from typing import Any

import pytest
import s3fs

from rr_tasks.storage import s3 as room
from rr_tasks.storage.filesystem import filesystem_of
from rr_tasks.storage.s3 import find_s3_objects
from tests.s3 import S3

NAMES = [f"{folder}/{number:02d}.jpg" for folder in "abc" for number in range(20)]


@pytest.fixture
def folder(s3: S3) -> str:
    filesystem, path = filesystem_of(s3.url)
    filesystem.pipe({f"{path}/{name}": name.encode() for name in NAMES})
    return s3.url


@pytest.fixture
def pages(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many keys each request for a listing was answered with; at most four fit a page."""
    monkeypatch.setattr(room, "_PAGE", 4)
    request, sizes = s3fs.S3FileSystem.call_s3, list[int]()

    def counted(self: Any, method: str, *arguments: Any, **options: Any) -> Any:
        page = request(self, method, *arguments, **options)
        sizes.append(len(page.get("Contents", ())))
        return page

    monkeypatch.setattr(s3fs.S3FileSystem, "call_s3", counted)
    return sizes


def find(folder: str, names: list[str]) -> list[str]:
    filesystem, path = filesystem_of(folder)
    prefix = filesystem.split_path(f"{path}/")[1]
    found = find_s3_objects(filesystem, path, {prefix + name for name in names})
    return [entry["Key"].removeprefix(prefix) for entry in found]


def test_neighbours_are_found_by_one_request(folder: str, pages: list[int]) -> None:
    wanted = ["b/03.jpg", "b/04.jpg", "b/06.jpg"]
    assert find(folder, wanted) == wanted
    assert pages == [4]


def test_what_lies_between_is_passed_over(folder: str, pages: list[int]) -> None:
    wanted = ["a/00.jpg", "b/10.jpg", "c/19.jpg"]
    assert find(folder, wanted) == wanted
    assert len(pages) == 3


def test_what_is_not_there_is_not_found(folder: str, pages: list[int]) -> None:
    assert find(folder, ["a/00", "a/05.jpg.prior.json", "b/05.jpg", "c/20.jpg", "d"]) == [
        "b/05.jpg"
    ]
    assert find(folder, ["d"]) == find(folder, []) == []
    assert len(pages) <= 6


def test_all_are_found_whatever_the_pages(folder: str, pages: list[int]) -> None:
    assert find(folder, NAMES) == NAMES
    assert len(pages) == len(NAMES) / 4


def test_a_service_that_lists_in_another_order_is_not_asked_for_ever(
    folder: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    prefix = filesystem_of(folder)[0].split_path(f"{folder}/")[1]

    def answer(*_: Any, **__: Any) -> Any:
        return {"IsTruncated": True, "Contents": [{"Key": f"{prefix}b/00.jpg", "Size": 1}]}

    monkeypatch.setattr(s3fs.S3FileSystem, "call_s3", answer)
    assert set(find(folder, ["b/00.jpg", "c/00.jpg"])) == {"b/00.jpg"}


def test_a_name_after_many_others_is_found(folder: str, pages: list[int]) -> None:
    filesystem, path = filesystem_of(folder)
    filesystem.pipe_file(f"{path}/-", b"")
    filesystem.pipe_file(f"{path}/d", b"")
    assert find(folder, ["d", "-"]) == ["-", "d"]
    assert len(pages) <= 3
