import os
from collections.abc import Sequence
from pathlib import Path

import polars as pl
import pytest

from rr_tasks.storage import identity as room
from rr_tasks.storage.files import (
    exists,
    join,
    list_files,
    publish_bytes,
    read_bytes,
    read_each,
    remove,
)
from rr_tasks.storage.filesystem import filesystem_of
from rr_tasks.storage.identity import identity, memory_url
from tests.s3 import READER_KEY, READER_SECRET, S3

LONG_AGO = 10**18


@pytest.fixture(params=["local", "s3"])
def root(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A folder on a disk or on S3."""
    if request.param == "local":
        return str(tmp_path / "store")
    return str(request.getfixturevalue("s3").url)


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of files of which the content was read, since it was cleared."""
    names: list[str] = []

    def noted(urls: Sequence[str]) -> object:
        names.extend(url.rsplit("/", 1)[-1] for url in urls)
        return read_each(urls)

    monkeypatch.setattr(room, "read_each", noted)
    return names


def put(url: str, content: bytes, time: int = LONG_AGO) -> None:
    publish_bytes(content, url)
    if "://" not in url:
        os.utime(url, ns=(time, time))


def of(root: str, output: str | None = None) -> str:
    folder = join(root, "inputs")
    return identity(folder, list_files(folder), output)


def fill(root: str, names: Sequence[str] = "abc") -> None:
    for name in names:
        put(join(root, "inputs", "deep", name), name.encode())


@pytest.mark.parametrize("kind", ["local", "memory", "s3"])
def test_the_identity_is_that_of_names_and_contents(
    request: pytest.FixtureRequest, tmp_path: Path, kind: str
) -> None:
    root = {"local": str(tmp_path), "memory": f"memory://{tmp_path.name}", "s3": ""}[kind]
    root = root or request.getfixturevalue("s3").url
    for folder in ("one", "copy", "renamed", "changed"):
        publish_bytes(b"1", join(root, folder, "b" if folder == "renamed" else "a"))
        publish_bytes(b"3" if folder == "changed" else b"2", join(root, folder, "c"))
    found = {}
    for folder in ("one", "copy", "renamed", "changed"):
        urls = list_files(join(root, folder))
        found[folder] = identity(join(root, folder), urls)
        for _ in range(2):  # first read, then remembered
            assert identity(join(root, folder), urls, join(root, "sets")) == found[folder]
    assert found["one"] == found["copy"]
    assert len(set(found.values())) == 3
    assert len(found["one"]) == 64


def test_only_what_is_new_or_changed_is_read_again(root: str, read: list[str]) -> None:
    fill(root)
    output = join(root, "sets")
    first = of(root, output)
    assert read == ["a", "b", "c"]
    read.clear()
    assert of(root, output) == first
    assert read == []
    put(join(root, "inputs", "deep", "b"), b"B", LONG_AGO + 1)
    put(join(root, "inputs", "deep", "d"), b"d")
    remove(join(root, "inputs", "deep", "a"))
    changed = of(root, output)
    assert read == ["b", "d"]
    read.clear()
    assert of(root, output) == changed == of(root)
    assert read == ["b", "c", "d"]  # by the one that remembers nothing


def test_another_selection_forgets_nothing(root: str, read: list[str]) -> None:
    fill(root)
    output, folder = join(root, "sets"), join(root, "inputs")
    of(root, output)
    identity(folder, list_files(folder)[:1], output)
    put(join(folder, "deep", "z"), b"z")
    identity(folder, list_files(folder)[-1:], output)
    read.clear()
    of(root, output)
    assert read == []


def test_what_was_read_before_a_death_is_remembered(
    root: str, read: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(root, "abcde")
    monkeypatch.setattr(room, "_AT_A_TIME", 2)
    whole, output = of(root), join(root, "sets")
    with monkeypatch.context() as patch:
        saved: list[object] = []

        def last(known: object, memory: str) -> None:
            save(known, memory)  # type: ignore[arg-type]
            saved.append(known)
            if len(saved) == 2:
                raise KeyboardInterrupt

        save = room._save
        patch.setattr(room, "_save", last)
        with pytest.raises(KeyboardInterrupt):
            of(root, output)
    read.clear()
    assert of(root, output) == whole
    assert read == ["e"]


def test_each_input_is_saved_twice_at_most_however_many_there_are(
    root: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(root, "abcdefghij")
    saved: list[int] = []
    save = room._save

    def counted(table: pl.DataFrame, url: str) -> None:
        saved.append(len(table))
        save(table, url)

    monkeypatch.setattr(room, "_AT_A_TIME", 2)
    monkeypatch.setattr(room, "_save", counted)
    of(root, join(root, "sets"))
    assert saved == [2, 2, 2, 2, 10]
    filesystem, path = filesystem_of(join(root, "sets"))
    assert len(filesystem.ls(path)) == 1  # the parts are gone


@pytest.mark.parametrize("content", [None, b"", b"PAR1 cut off"])
def test_a_lost_or_damaged_memory_costs_nothing_but_time(
    root: str, read: list[str], content: bytes | None
) -> None:
    fill(root)
    output = join(root, "sets")
    first, memory = of(root, output), memory_url(output, join(root, "inputs"))
    assert read_bytes(memory)
    remove(memory)
    if content is not None:
        publish_bytes(content, memory)
    read.clear()
    assert of(root, output) == first
    assert read == ["a", "b", "c"]


def test_a_file_that_changed_just_now_is_read_again(tmp_path: Path, read: list[str]) -> None:
    """Within a tick of the disk's clock it could change again and keep its size and time."""
    fill(str(tmp_path), "ab")
    publish_bytes(b"1", str(tmp_path / "inputs" / "deep" / "b"))
    output = str(tmp_path / "sets")
    of(str(tmp_path), output)
    read.clear()
    of(str(tmp_path), output)
    assert read == ["b"]


def test_who_may_only_read_gets_the_same_identity(s3: S3, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(s3.url)
    monkeypatch.setenv("RR_S3_ACCESS_KEY", READER_KEY)
    monkeypatch.setenv("RR_S3_SECRET_KEY", READER_SECRET)
    assert of(s3.url, join(s3.url, "sets")) == of(s3.url)
    assert not exists(memory_url(join(s3.url, "sets"), join(s3.url, "inputs")))


def test_names_that_are_no_text_are_remembered(tmp_path: Path, read: list[str]) -> None:
    folder = tmp_path / "inputs"
    folder.mkdir()
    strange = os.fsencode(folder) + b"/\xff.png"
    with open(strange, "wb") as out:  # noqa: PTH123
        out.write(b"x")
    os.utime(strange, ns=(LONG_AGO, LONG_AGO))
    first = of(str(tmp_path), str(tmp_path / "sets"))
    read.clear()
    assert of(str(tmp_path), str(tmp_path / "sets")) == first
    assert read == []


def test_a_file_that_is_replaced_with_its_time_and_size_kept_is_read_again(
    tmp_path: Path, read: list[str]
) -> None:
    root = str(tmp_path)
    fill(root)
    before = of(root, join(root, "data"))
    read.clear()
    put(join(root, "inputs", "deep", "b"), b"B")
    assert of(root, join(root, "data")) != before
    assert read == ["b"]
