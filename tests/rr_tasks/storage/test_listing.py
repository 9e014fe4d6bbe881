from pathlib import Path
from typing import Any

import pytest
import s3fs

from rr_tasks.storage.files import join, list_files, publish_bytes
from tests.s3 import S3


def test_s3_is_asked_for_a_page_at_a_time(s3: S3, monkeypatch: pytest.MonkeyPatch) -> None:
    urls = [join(s3.url, "deep", f"{number}.png") for number in range(5)]
    for url in [*urls, join(s3.url, ".hidden", "x"), join(s3.url + "-other", "x")]:
        publish_bytes(b"x", url)
    pages: list[int] = []
    answer = s3fs.S3FileSystem.call_s3

    def small(self: Any, method: str, *arguments: Any, **options: Any) -> Any:
        found = answer(self, method, *arguments, MaxKeys=2, **options)
        pages.append(len(found["Contents"]))
        return found

    monkeypatch.setattr(s3fs.S3FileSystem, "call_s3", small)
    assert list_files(s3.url) == urls
    assert pages == [2, 2, 2]


def test_links_to_files_are_files_and_those_to_folders_are_not_followed(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    publish_bytes(b"x", str(folder / "a.png"))
    (folder / "b.png").symlink_to(folder / "a.png")
    (folder / "again").symlink_to(folder)
    (tmp_path / "link").symlink_to(folder)
    for place in ("folder", "link"):
        names = [url.rsplit("/", 1)[-1] for url in list_files(str(tmp_path / place))]
        assert names == ["a.png", "b.png"]
