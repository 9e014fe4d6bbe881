import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from flows import bench, cli
from rr_tasks.benchmarks.inspection import InspectionSpeed
from rr_tasks.inspection.survey import inspect
from rr_tasks.storage.files import join, publish_bytes, read_bytes
from tests.s3 import S3


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli.app, ["inspect", *arguments], env={"COLUMNS": "80"})


def test_a_data_set_is_shown_at_a_glance(dataset: str, tmp_path: Path) -> None:
    folder = shutil.copytree(dataset, tmp_path / "set [red]")
    (folder / "00001.done.json").unlink()
    result = run(str(folder))
    assert result.exit_code == 0, result.output
    assert "set [red]" in result.output
    assert "1 of 2 finished; 00001 is the first one missing" in result.output
    assert "haze+blur+rain+noise" in result.output
    assert "haze: 16 samples" in result.output
    assert "(1 shard)" in result.output
    assert max(map(len, result.output.splitlines()[3:])) <= 80


def test_scripts_get_json(dataset: str) -> None:
    found = json.loads(run(dataset, "--json").output)
    assert found == json.loads(inspect(dataset).model_dump_json())


def test_a_page_is_written_wherever_one_likes(dataset: str, tmp_path: Path, s3: S3) -> None:
    for path in Path(dataset).iterdir():
        publish_bytes(path.read_bytes(), join(s3.url, path.name))
    for folder, page in ((dataset, str(tmp_path / "look.html")), (s3.url, f"{s3.url}/look.html")):
        result = run(folder, "--html", page, "--pictures", "2")
        assert result.exit_code == 0, result.output
        assert read_bytes(page).count(b"data:image/jpeg") == 4
        assert result.stderr == f"written: {page}\n"


def test_a_wrong_folder_is_one_line(tmp_path: Path) -> None:
    result = run(str(tmp_path))
    assert result.exit_code == 1
    assert (
        result.output
        == f"Error: {tmp_path}: no data set here (no spec.json); check the folder's name\n"
    )


def test_the_benchmark_shows_its_figures(monkeypatch: pytest.MonkeyPatch) -> None:
    speed = InspectionSpeed(rows=1_000_000, shards=7813, seconds=3.17, peak_mib=637.0)
    monkeypatch.setattr(bench, "make_sidecars", lambda *_: None)
    monkeypatch.setattr(bench, "_measure_apart", lambda *_: speed)
    shown = " ".join(CliRunner().invoke(cli.app, ["bench", "inspect"]).output.split())
    assert "1,000,000 rows in 7,813 shards surveyed in 3.2 s; peak memory 637 MiB" in shown
