import os
import tempfile
from pathlib import Path
from stat import S_IMODE
from typing import Any

import pytest

from rr_tasks.storage.leftovers import STALE
from rr_tasks.storage.process import sign
from rr_tasks.storage.scratch import remove_dead_scratch, scratch_folder
from tests.kills import dead_sign


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def plant(folder: Path, mode: int = 0o700, mark: str | None = "mark") -> Path:
    """Make a folder as `scratch_folder` does, or nearly so."""
    (folder / "files").mkdir(parents=True)
    (folder / "files" / "tar").touch()
    if mark:
        (folder / mark).touch()
    folder.chmod(mode)
    return folder


def test_a_scratch_folder_is_gone_at_the_end(temporary: Path) -> None:
    with scratch_folder() as folder:
        (folder / "tar").touch()
        assert folder.parent.parent == temporary
        assert S_IMODE(folder.parent.stat().st_mode) == 0o700
    assert not list(temporary.iterdir())


def test_only_those_of_dead_processes_are_removed(temporary: Path) -> None:
    dead, elsewhere = f"rr-{dead_sign()}-abc_1", f"rr-00000000{sign()[8:]}-abc"
    for name in (dead, elsewhere, "rr-shard-abc", f"{dead}.txt", "other"):
        plant(temporary / name)
    with scratch_folder() as living:
        assert remove_dead_scratch(STALE) == 1
        assert living.exists()
    assert sorted(path.name for path in temporary.iterdir()) == sorted(
        [elsewhere, "rr-shard-abc", f"{dead}.txt", "other"]
    )


def test_what_others_plant_is_left_alone(temporary: Path, tmp_path_factory: Any) -> None:
    """By the name it should be removed, but the name proves nothing."""
    victim = plant(tmp_path_factory.mktemp("victim") / "home")
    name = f"rr-{dead_sign()}-"
    plant(temporary / f"{name}open", 0o777)
    plant(temporary / f"{name}bare", mark=None)
    (temporary / f"{name}link").symlink_to(victim)
    (plant(temporary / f"{name}linked", mark=None) / "mark").symlink_to(victim / "mark")
    before = set(temporary.rglob("*"))
    with scratch_folder() as folder:
        assert not any(folder.is_relative_to(planted) for planted in before)
        assert remove_dead_scratch(STALE) == 0
    assert set(temporary.rglob("*")) == before
    assert (victim / "files" / "tar").exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_folders_of_another_user_are_left_alone(temporary: Path) -> None:
    planted = plant(temporary / f"rr-{dead_sign()}-abc")
    for path in (planted, planted / "mark"):
        os.chown(path, 65534, 65534)
        assert remove_dead_scratch(STALE) == 0
    assert (planted / "files" / "tar").exists()


def test_a_link_in_the_place_of_a_folder_in_use_is_not_followed(
    temporary: Path, tmp_path_factory: Any
) -> None:
    victim = plant(tmp_path_factory.mktemp("victim") / "home")
    with scratch_folder() as folder:
        ours = folder.parent
        ours.rename(temporary / "moved")
        ours.symlink_to(victim)
    assert (victim / "files" / "tar").exists()
