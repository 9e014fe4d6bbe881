import os
import re
from pathlib import Path

import cv2
import numpy as np
import pytest

from rr_tasks.reasoner.evidence import TOO_LITTLE_DETAIL
from rr_tasks.storage.files import publish_bytes
from rr_tasks.storage.names import to_text
from rr_tasks.weights.file import hash_weights, locate_shipped
from schemas.diagnosis import Diagnosis
from tests.commands import Rr, error_lines, only_error
from tests.s3 import S3


def test_a_diagnosis_is_readable(rr: Rr, photographs: Path) -> None:
    photo = sorted(photographs.iterdir())[0]
    shown = rr("diagnose", photo).stdout
    for word in ("haze", "blur", "rain", "noise", "Severity", "Scene", "Reasoning", "Undo"):
        assert word in shown
    assert f"{photo.name}(144x128)" in "".join(shown.split())  # lines may break anywhere


def test_diagnoses_for_scripts_are_lines_of_paths_and_priors(rr: Rr, photographs: Path) -> None:
    paths = sorted(photographs.iterdir())
    lines = rr("diagnose", "--json", *paths).stdout.splitlines()
    diagnoses = [Diagnosis.model_validate_json(line) for line in lines]
    assert [diagnosis.path for diagnosis in diagnoses] == list(map(str, paths))
    for prior in (diagnosis.prior for diagnosis in diagnoses):
        assert (prior.image.width, prior.image.height) == (144, 128)
        assert prior.provenance.weights_sha256 == hash_weights(locate_shipped("edge-reasoner"))


def test_a_name_that_is_no_text_can_be_diagnosed(rr: Rr, photographs: Path, tmp_path: Path) -> None:
    name = os.fsdecode(b"caf\xe9.png")
    (tmp_path / name).write_bytes(next(photographs.iterdir()).read_bytes())
    (line,) = rr("diagnose", "--json", tmp_path / name).stdout.splitlines()
    assert Diagnosis.model_validate_json(line).path == to_text(str(tmp_path / name))
    assert "caf%E9.png" in "".join(rr("diagnose", tmp_path / name).stdout.split())


def test_what_is_no_photograph_does_not_stop_the_others(
    rr: Rr, photographs: Path, tmp_path: Path
) -> None:
    photo = sorted(photographs.iterdir())[0]
    (tmp_path / "zero.jpg").touch()
    (tmp_path / "text.jpg").write_text("hello")
    (tmp_path / "cut.png").write_bytes(photo.read_bytes()[:900])
    bad = [tmp_path / name for name in ("zero.jpg", "text.jpg", "cut.png", "none.jpg")]
    result = rr("diagnose", "--json", *bad, photo, code=1)
    assert len(result.stdout.splitlines()) == 1
    errors = error_lines(result)
    for path, error in zip(bad, errors, strict=True):
        assert error.startswith(f"Error: {path}: ")
    assert errors[0].endswith("the file is empty")
    assert errors[1].endswith("the file is not an image of a known format")
    assert errors[3].endswith("no such file")


def test_a_folder_is_a_table_with_a_line_for_each_photograph(
    rr: Rr, photographs: Path, tmp_path: Path
) -> None:
    paths = sorted(photographs.iterdir())
    (tmp_path / "album" / "2020").mkdir(parents=True)
    (tmp_path / "@eaDir").mkdir()
    for folder in ("album/2020", "@eaDir"):
        (tmp_path / folder / "one.png").write_bytes(paths[0].read_bytes())
    (tmp_path / "album" / "two.png").write_bytes(paths[1].read_bytes())
    cv2.imwrite(str(tmp_path / "album" / "grey.png"), np.full((140, 200, 3), 128, np.uint8))
    (tmp_path / "album" / "broken.jpg").write_bytes(b"\xff\xd8\xff")
    (tmp_path / "notes.txt").touch()
    result = rr("diagnose", tmp_path, code=1)
    header, *lines = result.stdout.splitlines()
    assert header.split() == ["haze", "blur", "rain", "noise", "photograph"]
    names = ["album/2020/one.png", "album/grey.png", "album/two.png"]
    for name, line in zip(names, lines, strict=True):
        assert f"  {tmp_path}/{name}" in line
    assert lines[1].endswith("(too little detail to diagnose)")
    assert re.match(r"\s+\d+ +\d+%  ", lines[1])  # severity and probability of haze
    assert only_error(result).startswith(f"{tmp_path}/album/broken.jpg: ")
    result = rr("diagnose", tmp_path, "--json", "--exclude", "broken.jpg")
    diagnoses = [Diagnosis.model_validate_json(line) for line in result.stdout.splitlines()]
    assert [diagnosis.path for diagnosis in diagnoses] == [f"{tmp_path}/{name}" for name in names]
    assert [diagnosis.guess for diagnosis in diagnoses] == [None, TOO_LITTLE_DETAIL, None]
    assert "no photographs here" in only_error(rr("diagnose", tmp_path, "--exclude", "*", code=1))


def test_a_page_shows_every_photograph_of_a_folder(
    rr: Rr, photographs: Path, tmp_path: Path
) -> None:
    page = tmp_path / "look.html"
    shown = rr("diagnose", photographs, "--html", page).stdout
    assert shown.splitlines()[-1] == f"written: {page}"
    text = page.read_text()
    paths = sorted(photographs.iterdir())
    assert text.count("<figure") == len(paths)
    assert all(str(path) in text for path in paths)
    lines = rr("diagnose", paths[0], "--json", "--html", page).stdout.splitlines()
    assert [Diagnosis.model_validate_json(line).path for line in lines] == [str(paths[0])]
    assert page.read_text().count("<figure") == 1
    result = rr("diagnose", paths[0], "--html", paths[0] / "look.html", code=1)
    assert "look.html" in only_error(result)


def test_a_folder_of_a_bucket_is_diagnosed(rr: Rr, photographs: Path, s3: S3) -> None:
    path = next(photographs.iterdir())
    for place in ("in/one.png", "in/2020/two.png"):
        publish_bytes(path.read_bytes(), f"{s3.url}/{place}")
    lines = rr("diagnose", f"{s3.url}/in", "--json").stdout.splitlines()
    paths = [Diagnosis.model_validate_json(line).path for line in lines]
    assert sorted(paths) == [f"{s3.url}/in/2020/two.png", f"{s3.url}/in/one.png"]


@pytest.mark.parametrize("other", ["missing", "text", "folder", "restorer"])
def test_unusable_weights_are_one_line(
    rr: Rr, photographs: Path, tmp_path: Path, other: str
) -> None:
    (tmp_path / "text").write_text("hello")
    (tmp_path / "folder").mkdir()
    path = locate_shipped("edge-restorer") if other == "restorer" else tmp_path / other
    photo = sorted(photographs.iterdir())[0]
    result = rr("diagnose", photo, "--reasoner", path, code=1)
    assert only_error(result).startswith(f"{path}: ")
    assert "weights" in only_error(result)
    assert not result.stdout
    swapped = locate_shipped("edge-reasoner") if other == "restorer" else path
    result = rr("restore", photographs, tmp_path / "out", "--restorer", swapped, code=1)
    assert only_error(result).startswith(f"{swapped}: ")
