import tempfile
from pathlib import Path

import pytest

from rr_tasks.storage.leftovers import STALE
from rr_tasks.storage.scratch import remove_dead_scratch, scratch_folder
from tests.kills import dead_sign


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def test_a_scratch_folder_is_gone_at_the_end(temporary: Path) -> None:
    with scratch_folder() as folder:
        (folder / "tar").touch()
        assert folder.parent == temporary
    assert not list(temporary.iterdir())


def test_only_those_of_dead_processes_are_removed(temporary: Path) -> None:
    dead, elsewhere = f"rr-{dead_sign()}-abc_1", "rr-00000000-1-1-1-abc"
    for name in (dead, elsewhere, "rr-shard-abc", f"{dead}.txt", "other"):
        (temporary / name).mkdir()
        (temporary / name / "tar").touch()
    with scratch_folder() as living:
        assert remove_dead_scratch(STALE) == 1
        assert living.exists()
    assert sorted(path.name for path in temporary.iterdir()) == sorted(
        [elsewhere, "rr-shard-abc", f"{dead}.txt", "other"]
    )
