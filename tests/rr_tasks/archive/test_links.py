from pathlib import Path
from typing import Any, cast

import pytest

from rr_tasks.archive.links import link_originals, quote_path
from rr_tasks.storage.folder import Folder
from rr_tasks.storage.folders import open_folder


class Bucket:
    def __init__(self, url: str) -> None:
        self.url = url


@pytest.mark.parametrize(
    ("source", "output", "link"),
    [
        ("/a/photos", "/a/restored", "../../photos/"),
        ("/a/photos #1?", "/b/c/restored", "../../../../a/photos%20%231%3F/"),
        (Bucket("s3://one/photos"), Bucket("s3://one/new/out"), "../../../photos/"),
        (Bucket("s3://one/a b"), Bucket("s3://two/out"), "s3://one/a%20b/"),
        (Bucket("s3://one/a"), "/a/restored", "s3://one/a/"),
        ("/a/b c", Bucket("s3://one/out"), "file:///a/b%20c/"),
    ],
)
def test_originals_are_found_from_the_report(source: Any, output: Any, link: str) -> None:
    def folder(given: Any) -> Folder:
        return open_folder(given) if isinstance(given, str) else cast(Folder, given)

    assert link_originals(folder(source), folder(output)) == link


def test_a_relative_folder_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    link = link_originals(open_folder("photos"), open_folder(str(tmp_path / "out")))
    assert link == "../../photos/"


def test_any_name_can_be_part_of_a_link() -> None:
    assert quote_path("a/é #?%.jpg") == "a/%C3%A9%20%23%3F%25.jpg"
    assert quote_path("\0caf%E9.jpg") == "caf%E9.jpg"
