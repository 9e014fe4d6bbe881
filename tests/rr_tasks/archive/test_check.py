from pathlib import Path

import pytest

from rr_tasks.archive.check import FolderError, check_folders


def test_accepts_folders_side_by_side(archive: Path, tmp_path: Path) -> None:
    check_folders(str(archive), str(tmp_path / "restored"))
    assert [path.name for path in (tmp_path / "restored" / "_rr").iterdir()] == ["source"]
    check_folders(str(archive), str(tmp_path / "restored"))


def test_refuses_an_output_with_files_of_others(archive: Path, tmp_path: Path) -> None:
    theirs = tmp_path / "out" / "2019" / "IMG_1.jpg"
    theirs.parent.mkdir(parents=True)
    theirs.write_text("mine")
    with pytest.raises(FolderError, match="is not empty"):
        check_folders(str(archive), str(tmp_path / "out"))
    assert theirs.read_text() == "mine"


def test_refuses_the_output_of_another_archive(archive: Path, tmp_path: Path) -> None:
    check_folders(str(archive), str(tmp_path / "out"))
    other = tmp_path / "other"
    archive.rename(other)
    with pytest.raises(FolderError, match="holds the restored photographs of"):
        check_folders(str(other), str(tmp_path / "out"))


def test_refuses_an_input_that_is_missing_or_a_file(archive: Path, tmp_path: Path) -> None:
    with pytest.raises(FolderError, match="does not exist"):
        check_folders(str(tmp_path / "nowhere"), str(tmp_path / "out"))
    with pytest.raises(FolderError, match="not a folder"):
        check_folders(str(archive / "2019" / "IMG_1.jpg"), str(tmp_path / "out"))
    assert not (tmp_path / "out").exists()


def test_refuses_an_input_without_photographs(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "notes.txt").write_text("nothing to see")
    with pytest.raises(FolderError, match="holds no photographs"):
        check_folders(str(tmp_path / "in"), str(tmp_path / "out"))
    assert not (tmp_path / "out").exists()


def test_refuses_folders_within_each_other(archive: Path, tmp_path: Path) -> None:
    with pytest.raises(FolderError, match="same folder"):
        check_folders(str(archive), str(archive / "2019" / ".."))
    with pytest.raises(FolderError, match="inside the input folder"):
        check_folders(str(archive), str(archive / "restored"))
    with pytest.raises(FolderError, match="inside the output folder"):
        check_folders(str(archive), str(tmp_path))
    (tmp_path / "link").symlink_to(archive)
    with pytest.raises(FolderError, match="same folder"):
        check_folders(str(archive), str(tmp_path / "link"))
    assert not (archive / "restored").exists()


def test_refuses_an_output_that_cannot_be_written(archive: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(FolderError, match="is a file"):
        check_folders(str(archive), str(tmp_path / "file"))
    with pytest.raises(FolderError, match="cannot be used"):
        check_folders(str(archive), str(Path("/proc/restored")))
