import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rr_tasks.archive.folder import Folder, open_folder
from rr_tasks.archive.layout import PLAN
from rr_tasks.archive.listing import LocalListing
from rr_tasks.archive.plan import DamagedPlanError, current_items, extend_plan, read_chunk
from schemas.archive import ArchivePlan


def grow(root: Path, *names: str) -> None:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(name.encode())


@pytest.fixture
def root(tmp_path: Path) -> Path:
    grow(tmp_path / "in", *(f"{number}.jpg" for number in range(5)))
    return tmp_path / "in"


@pytest.fixture
def output(tmp_path: Path) -> Folder:
    return open_folder(str(tmp_path / "out"))


def plan(output: Folder, root: Path, size: int = 2) -> ArchivePlan:
    return extend_plan(output, LocalListing(root), size)


def planned(output: Folder, made: ArchivePlan) -> Iterator[str]:
    for chunk in made.chunks:
        yield from (item.path for item in current_items(output, chunk))


def contents(output: Folder) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in Path(output.at(PLAN)).glob("*.jsonl")}


def test_chunks_hold_everything_once(output: Folder, root: Path) -> None:
    made = plan(output, root)
    assert made.chunks == ("00000", "00001", "00002")
    assert made.found == 5
    assert list(planned(output, made)) == [f"{number}.jpg" for number in range(5)]
    item = read_chunk(output, "00000")[1]
    status = (root / "1.jpg").stat()
    assert (item.size, item.mtime_ns) == (status.st_size, status.st_mtime_ns)


def test_planning_again_changes_nothing(output: Folder, root: Path) -> None:
    first = plan(output, root)
    before = contents(output)
    assert plan(output, root, size=3) == first
    assert contents(output) == before


def test_new_photographs_get_new_chunks_and_old_chunks_stay(output: Folder, root: Path) -> None:
    plan(output, root)
    before = contents(output)
    grow(root, "0a.jpg", "z/9.jpg", "z/ü\u2028\x85\n.jpg")
    made = plan(output, root)
    assert made.chunks == ("00000", "00001", "00002", "00003", "00004")
    assert made.found == 8
    after = contents(output)
    assert {name: after[name] for name in before} == before
    assert sorted(planned(output, made)) == sorted(item.path for item in LocalListing(root))


def test_changed_and_deleted_photographs_are_retired_until_they_come_back(
    output: Folder, root: Path
) -> None:
    plan(output, root)
    status = (root / "0.jpg").stat()
    (root / "0.jpg").write_bytes(b"a new version")
    (root / "1.jpg").unlink()
    made = plan(output, root)
    assert made.found == 4
    assert made.chunks == ("00001", "00002", "00003")  # nothing is left of the first
    assert sorted(planned(output, made)) == ["0.jpg", "2.jpg", "3.jpg", "4.jpg"]
    (root / "0.jpg").write_bytes(b"0.jpg")
    os.utime(root / "0.jpg", ns=(status.st_atime_ns, status.st_mtime_ns))
    made = plan(output, root)
    assert made.chunks == ("00000", "00001", "00002")
    assert sorted(planned(output, made)) == ["0.jpg", "2.jpg", "3.jpg", "4.jpg"]


def test_a_damaged_chunk_is_named(output: Folder, root: Path) -> None:
    plan(output, root)
    Path(output.at(PLAN), "00001.jsonl").write_text('{"path": "a.jpg"}\n')
    with pytest.raises(DamagedPlanError, match=r"00001\.jsonl"):
        plan(output, root)


def test_what_is_retired_is_read_once_for_all_chunks(
    output: Folder, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan(output, root)
    (root / "0.jpg").unlink()
    made = plan(output, root)
    parse, parsed = json.loads, []

    def counted(text: bytes) -> Any:
        parsed.append(text)
        return parse(text)

    monkeypatch.setattr(json, "loads", counted)
    assert list(planned(output, made)) == [f"{number}.jpg" for number in range(1, 5)]
    assert len(parsed) == 1
    (root / "1.jpg").unlink()
    made = plan(output, root)
    assert list(planned(output, made)) == ["2.jpg", "3.jpg", "4.jpg"]
    assert len(parsed) == 2
