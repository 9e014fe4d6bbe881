"""`rr restore` of photographs that are named one by one."""

import json
from pathlib import Path

import pytest

from rr_tasks.storage.files import list_files, publish_bytes, read_bytes
from tests.commands import Rr, only_error
from tests.s3 import S3


@pytest.fixture
def folder(photographs: Path, tmp_path: Path) -> Path:
    """Three photographs in a folder, beside others that are not named."""
    for path in photographs.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / "notes.txt").touch()
    return tmp_path


def outputs(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.is_file())


def test_a_photograph_lands_in_the_output_folder_wherever_that_is(rr: Rr, folder: Path) -> None:
    first, second, _ = sorted(folder.glob("*.png"))
    out = folder / "restored"  # beside the photograph: only what is named is restored
    assert "1 photograph: " in rr("restore", first, out).stdout
    assert outputs(out) == [first.name, f"{first.name}.prior.json"]
    assert json.loads((out / "_rr" / "run.json").read_text())["found"] == 1
    assert "1 done before" in rr("restore", first, out).stdout
    assert "2 photographs: " in rr("restore", first, second, out).stdout
    assert {first.name, second.name} <= set(outputs(out))


def test_its_companions_come_along_on_request(rr: Rr, folder: Path) -> None:
    first, second, _ = sorted(folder.glob("*.png"))
    for photograph in (first, second):
        photograph.with_suffix(".xmp").write_text("<x:xmpmeta/>")
    rr("restore", first, folder / "out", "--companions")
    beside = [first.name, f"{first.name}.prior.json", f"{first.stem}.xmp"]
    assert outputs(folder / "out") == sorted(beside)


def test_a_named_file_need_not_look_like_a_photograph(rr: Rr, folder: Path) -> None:
    hidden = folder / ".thumb[1]"
    hidden.write_bytes(next(folder.glob("*.png")).read_bytes())
    assert "1 photograph: " in rr("restore", hidden, folder / "out").stdout
    assert hidden.name in outputs(folder / "out")
    shown = rr("restore", folder / "notes.txt", folder / "other", code=1).stdout
    assert "1 failed" in shown


def test_what_cannot_be_restored_in_one_run_is_one_line(rr: Rr, folder: Path) -> None:
    photograph = next(folder.glob("*.png"))
    (folder / "elsewhere").mkdir()
    other = photograph.rename(folder / "elsewhere" / photograph.name)
    one, *_ = sorted(folder.glob("*.png"))
    for sources in ((one, other), (one, folder), (one, folder / "none.jpg")):
        error = only_error(rr("restore", *sources, folder / "out", code=1))
        assert "name one folder, or photographs of one folder" in error
    error = only_error(rr("restore", folder / "none.jpg", folder / "out", code=1))
    assert error == f"the input {folder}/none.jpg does not exist; check the path"
    assert "same folder" in only_error(rr("restore", one, folder, code=1))
    assert not (folder / "out").exists()


def test_an_object_in_a_bucket_is_restored(rr: Rr, photographs: Path, s3: S3) -> None:
    path = next(photographs.iterdir())
    publish_bytes(path.read_bytes(), f"{s3.url}/in/{path.name}")
    publish_bytes(b"", f"{s3.url}/in/empty.jpg")
    rr("restore", f"{s3.url}/in/{path.name}", f"{s3.url}/out")
    beside = [url for url in list_files(f"{s3.url}/out") if "/_rr/" not in url]
    assert [url.rpartition("/")[2] for url in beside] == [path.name, f"{path.name}.prior.json"]
    assert read_bytes(beside[0]).startswith(b"\x89PNG")
