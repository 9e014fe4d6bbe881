"""Companions are copied beside their photographs, wherever the two folders lie."""

import csv
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rr_tasks.archive.companions import copy_companions
from rr_tasks.archive.restore import restore_chunk
from rr_tasks.archive.run import finish, prepare
from rr_tasks.storage.folder import Folder
from rr_tasks.storage.folders import open_folder
from rr_tasks.storage.local_file import LocalFile
from schemas.archive import CompanionCounts, RestoreParameters
from tests.s3 import S3

FILES = ("2019/IMG_1.xmp", "2019/IMG_1.MOV", "2019/IMG_3.jpg.json", "2020/summer/IMG_0.NEF")
MOMENT = 1_546_300_800 * 10**9


@pytest.fixture(params=["disk to disk", "disk to s3", "s3 to disk"])
def asked(
    request: pytest.FixtureRequest, parameters: RestoreParameters, archive: Path
) -> RestoreParameters:
    for name in FILES:
        (archive / name).write_bytes(name.encode() * 9)
        os.utime(archive / name, ns=(MOMENT, MOMENT))
    (archive / "2019" / "notes.txt").write_text("mine")
    update: dict[str, Any] = {"companions": True}
    if request.param != "disk to disk":
        s3: S3 = request.getfixturevalue("s3")
        update |= {"output": f"{s3.url}/restored"} if request.param == "disk to s3" else {}
    if request.param == "s3 to disk":
        source = open_folder(f"{s3.url}/in")
        for path in archive.rglob("*"):
            if path.is_file():
                source.write(path.relative_to(archive).as_posix(), path.read_bytes())
        update |= {"input": f"{s3.url}/in"}
    return parameters.model_copy(update=update)


def test_companions_are_copied_once_with_their_times(asked: RestoreParameters) -> None:
    source, output = open_folder(asked.input), open_folder(asked.output)
    plan = prepare(asked)
    assert (plan.found, plan.companions, plan.left_out) == (6, 4, {".txt": 1})
    assert copy_companions(asked).counts == CompanionCounts(copied=4)
    for name in FILES:
        assert output.read(name) == source.read(name)
        if "://" not in asked.output:
            assert output.status(name) == source.status(name)
    assert output.status("2019/notes.txt") is None
    assert copy_companions(asked).counts == CompanionCounts(skipped=4)
    source.write("2019/IMG_1.xmp", b"five stars")
    assert copy_companions(asked).counts == CompanionCounts(copied=1, skipped=3)
    assert output.read("2019/IMG_1.xmp") == b"five stars"


def test_nothing_is_copied_unasked(asked: RestoreParameters) -> None:
    plain = asked.model_copy(update={"companions": False})
    assert prepare(plain).left_out == {".json": 1, ".mov": 1, ".nef": 1, ".txt": 1, ".xmp": 1}
    assert copy_companions(plain).counts == CompanionCounts()
    assert open_folder(asked.output).status(FILES[0]) is None


def test_one_bad_companion_is_a_failure_with_its_reason_and_the_others_are_copied(
    parameters: RestoreParameters, archive: Path, engine: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = parameters.model_copy(update={"companions": True})
    for name in FILES:
        (archive / name).write_bytes(b"x")
    (archive / "2019" / "IMG_5.mov").symlink_to(archive / "nowhere")
    opened = LocalFile.open

    def open_bad(self: LocalFile) -> Any:
        if self.path.suffix == ".NEF":
            raise OSError(5, "Input/output error")
        return opened(self)

    monkeypatch.setattr(LocalFile, "open", open_bad)
    plan = prepare(asked)
    chunks = [restore_chunk(chunk, asked, engine) for chunk in plan.chunks]
    copied = copy_companions(asked)
    summary = finish(asked, plan, chunks, engine.identity, copied=copied)
    assert summary.companions == CompanionCounts(copied=3, failed=2)
    with open(summary.failures, newline="") as file:  # noqa: PTH123
        reasons = dict(list(csv.reader(file))[1:])
    assert "gone" in reasons["2019/IMG_5.mov"]
    assert "Input/output error" in reasons["2020/summer/IMG_0.NEF"]


def test_a_copy_that_was_cut_off_is_made_again(
    parameters: RestoreParameters, archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = parameters.model_copy(update={"companions": True})
    for name in FILES:
        (archive / name).write_bytes(name.encode())
    prepare(asked)
    save, saved = Folder.save, list[str]()

    def die(self: Folder, path: str, stream: Any, mtime_ns: int | None = None) -> None:
        def pieces() -> Iterator[bytes]:
            yield stream.read(3)
            raise KeyboardInterrupt

        saved.append(path)
        cut = pieces()
        stops = type("Stops", (), {"read": lambda self, size=-1: next(cut)})()
        save(self, path, stops if len(saved) == 2 else stream, mtime_ns)

    with monkeypatch.context() as patch:
        patch.setattr(Folder, "save", die)
        with pytest.raises(KeyboardInterrupt):
            copy_companions(asked)
    counts = copy_companions(asked).counts
    assert counts.copied + counts.skipped == 4
    for name in FILES:
        assert (Path(asked.output) / name).read_bytes() == name.encode()
    assert not list(Path(asked.output).rglob("*.part"))
