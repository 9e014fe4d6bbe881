from pathlib import Path

import pytest

from rr_tasks.storage.failure import StorageError
from rr_tasks.storage.folding import Folding, probe_folding


def test_finds_out_what_the_disk_does_and_leaves_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "new"
    found = probe_folding(folder)
    (folder / "x").touch()
    assert found.cases == (folder / "X").exists()
    assert [path.name for path in folder.iterdir()] == ["x"]


def test_a_disk_that_joins_names_is_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As if it listed its names in lower case."""
    exists = Path.exists
    monkeypatch.setattr(Path, "exists", lambda self: exists(self.with_name(self.name.lower())))
    assert probe_folding(tmp_path) == Folding(cases=True, forms=False)


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match="file"):
        probe_folding(tmp_path / "file" / "new")


def test_paths_of_one_file_are_known_by_one_text() -> None:
    plain, joining = Folding(cases=False, forms=False), Folding(cases=True, forms=True)
    assert plain.identify("./a//b/../C.jpg") == plain.identify("/a/C.jpg") == "a/C.jpg"
    assert plain.identify("A") != plain.identify("a")
    assert plain.identify("\u00e9") != plain.identify("e\u0301")
    assert joining.identify("E\u0301") == joining.identify("\u00e9")
