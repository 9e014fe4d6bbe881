import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rr_tasks.archive.layout import PLAN
from rr_tasks.archive.listing import Listing
from rr_tasks.archive.plan import DamagedPlanError, current_items, extend_plan, read_chunk
from rr_tasks.photographs.walk import walk
from rr_tasks.storage.folder import Folder
from rr_tasks.storage.folders import open_folder
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


def listing(root: Path) -> Listing:
    return Listing(walk(open_folder(str(root))))


def plan(output: Folder, root: Path, size: int = 2) -> ArchivePlan:
    return extend_plan(output, listing(root), size)


def planned(output: Folder, made: ArchivePlan) -> Iterator[str]:
    for chunk in made.chunks:
        yield from (item.path for item in current_items(output, chunk))


def ids(made: ArchivePlan) -> list[str]:
    return [chunk.id for chunk in made.chunks]


def contents(output: Folder) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in Path(output.at(PLAN)).glob("*.jsonl")}


def test_chunks_hold_everything_once(output: Folder, root: Path) -> None:
    made = plan(output, root)
    assert ids(made) == ["00000", "00001", "00002"]
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
    assert ids(made) == ["00000", "00001", "00002", "00003", "00004"]
    assert made.found == 8
    after = contents(output)
    assert {name: after[name] for name in before} == before
    assert sorted(planned(output, made)) == sorted(item.path for item in listing(root))


def test_changed_and_deleted_photographs_are_retired_until_they_come_back(
    output: Folder, root: Path
) -> None:
    plan(output, root)
    status = (root / "0.jpg").stat()
    (root / "0.jpg").write_bytes(b"a new version")
    (root / "1.jpg").unlink()
    made = plan(output, root)
    assert made.found == 4
    assert ids(made) == ["00001", "00002", "00003"]  # nothing is left of the first
    assert sorted(planned(output, made)) == ["0.jpg", "2.jpg", "3.jpg", "4.jpg"]
    (root / "0.jpg").write_bytes(b"0.jpg")
    os.utime(root / "0.jpg", ns=(status.st_atime_ns, status.st_mtime_ns))
    made = plan(output, root)
    assert ids(made) == ["00000", "00001", "00002"]
    assert sorted(planned(output, made)) == ["0.jpg", "2.jpg", "3.jpg", "4.jpg"]


def test_a_damaged_chunk_is_named(output: Folder, root: Path) -> None:
    plan(output, root)
    Path(output.at(PLAN), "00001.jsonl").write_text('{"path": "a.jpg"}\n')
    with pytest.raises(DamagedPlanError, match=r"00001\.jsonl"):
        plan(output, root)


def test_a_run_keeps_its_view_whatever_another_one_plans(output: Folder, root: Path) -> None:
    made = plan(output, root)
    (root / "0.jpg").unlink()
    grow(root, "9.jpg")
    other = plan(output, root)
    assert list(planned(output, made)) == [f"{number}.jpg" for number in range(5)]
    assert sorted(planned(output, other)) == [f"{number}.jpg" for number in (1, 2, 3, 4, 9)]


def test_a_chunk_that_another_run_has_planned_is_never_overwritten(
    output: Folder, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two runs plan at once when one of them was taken for dead."""
    theirs = b'{"path":"theirs.jpg","size":1,"mtime_ns":2}\n'
    listed = Listing.__iter__

    def race(self: Listing) -> Iterator[Any]:
        output.write(f"{PLAN}/00000.jsonl", theirs)
        return listed(self)

    monkeypatch.setattr(Listing, "__iter__", race)
    made = plan(output, root)
    assert ids(made) == ["00001", "00002", "00003"]
    assert output.read(f"{PLAN}/00000.jsonl") == theirs
