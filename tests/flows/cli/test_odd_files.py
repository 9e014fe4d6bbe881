"""No odd file ends a command: each has a row with its reason and a line on the terminal."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from rr_tasks.storage.names import to_path
from tests.commands import Rr, error_lines
from tests.odd_files import LATIN_1, make_odd_files, packed


@pytest.fixture(autouse=True)
def silent(capfd: pytest.CaptureFixture[str]) -> Iterator[None]:
    """Libraries of C print nothing past the streams of Python."""
    yield
    assert capfd.readouterr() == ("", "")


@pytest.fixture
def sound(tmp_path: Path, photographs: Path) -> Path:
    """A folder with a photograph."""
    folder = tmp_path / "photographs"
    folder.mkdir()
    shutil.copy(min(photographs.iterdir()), folder / "a.png")
    return folder


def check(lines: list[str], found: dict[str, str], expected: dict[str, str]) -> None:
    """Every file has its own reason in the tables, and the terminal a line for each of 20."""
    assert found.keys() == expected.keys()
    assert {name for name, reason in expected.items() if reason not in found[name]} == set()
    *named, last = lines
    assert last.startswith(f"Error: {len(expected)} files could not be used; ")
    assert len(set(named)) == len(named) == 20
    assert not any("\x1b" in line or "--salvage" in line for line in lines)


def failures(rows: pl.DataFrame, name: str = "source") -> dict[str, str]:
    failed = rows.filter(pl.col("error").is_not_null())
    return {to_path(source): error for source, error in failed.select(name, "error").iter_rows()}


def test_synthesize(rr: Rr, sound: Path, tmp_path: Path) -> None:
    expected = make_odd_files(sound)
    command = ("synthesize", sound, tmp_path / "data", "--workers", 1)
    result = rr(*command, code=1)
    made = result.stdout.strip()
    rows = pl.read_parquet(f"{made}/[0-9]*.parquet")
    check(error_lines(result), failures(rows), expected)
    used = rows.filter(pl.col("status") == "ok")["source"]
    assert {to_path(source) for source in used} == {"a.png", LATIN_1}
    assert rr(*command, code=1).stdout.strip() == made
    (sound / "gone.jpg").unlink()
    shutil.copy(sound / "a.png", sound / "gone.jpg")
    assert rr(*command, code=1).stdout.strip() != made


def test_a_folder_that_cannot_be_listed_is_named(
    rr: Rr, sound: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (sound / "locked").mkdir()
    scandir = os.scandir

    def refuse(path: Path) -> object:
        if str(path).endswith("/locked"):
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)
    result = rr("synthesize", sound, tmp_path / "data", "--samples", 1, "--workers", 1)
    assert "Folder could not be listed: locked: Permission denied" in result.stderr


@pytest.mark.parametrize("odd", ["clean", "degraded"])
def test_ingest(rr: Rr, tmp_path: Path, odd: str) -> None:
    pairs = tmp_path / "pairs"
    for place in ("clean", "degraded"):
        (pairs / place).mkdir(parents=True)
    expected = make_odd_files(pairs / odd)
    other = pairs / ("clean" if odd == "degraded" else "degraded")
    for name in (*expected, LATIN_1):
        (other / name).write_bytes(packed(".png", seed=2))
    named = ("--clean", "clean", "--degraded", "degraded", "--present", "noise")
    result = rr("ingest", "pairs", pairs, tmp_path / "data", *named, code=1)
    rows = pl.read_parquet(f"{result.stdout.strip()}/[0-9]*.parquet")
    used = rows.filter(pl.col("status") == "ok")["source"]
    assert [to_path(source) for source in used] == [f"degraded/{LATIN_1}"]
    found = {Path(name).name: reason for name, reason in failures(rows).items()}
    assert found.pop("tiny.png").startswith("clean and degraded differ in size")
    assert all(reason.startswith(f"{odd}: ") for reason in found.values())
    check(error_lines(result), found | {"tiny.png": "too small"}, expected)


def test_assess(rr: Rr, sound: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rr_tasks.evaluation.diagnosis.setting.JPEG_SIDE", 64)
    expected = make_odd_files(sound)
    (sound / LATIN_1).unlink()
    quick = ("--sources", "cdd11-like", "--rounds", 1, "--short-sides", 96)
    result = rr("assess", sound, tmp_path / "out", *quick, code=1)
    rows = pl.read_parquet(tmp_path / "out" / "assessment.parquet")
    check(error_lines(result), failures(rows, "photograph"), expected)
    assert (tmp_path / "out" / "assessment.html").exists()


def test_evaluate(rr: Rr, sound: Path, tmp_path: Path) -> None:
    expected = make_odd_files(sound)
    (sound / LATIN_1).unlink()
    result = rr("evaluate", sound, tmp_path / "out", "--workers", 1, code=1)
    assert "Examples" in result.stdout
    rows = pl.read_parquet(str(tmp_path / "out" / "shards" / "benchmark-*" / "[0-9]*.parquet"))
    check(error_lines(result), failures(rows), expected)


def test_diagnose(rr: Rr, sound: Path) -> None:
    expected = make_odd_files(sound) | {"folder.jpg": "no photographs here"}
    expected.pop("tiny.png")
    (sound / "around.jpg").unlink()  # a link to the folder itself, whose files would come twice
    result = rr("diagnose", "--json", *sorted(sound.iterdir()), code=1)
    assert len(error_lines(result)) == len(expected)
    paths = [to_path(json.loads(line)["path"]) for line in result.stdout.splitlines()]
    assert [Path(path).name for path in paths] == ["a.png", LATIN_1, "tiny.png"]


def test_folders_whose_names_are_no_text(rr: Rr, sound: Path, tmp_path: Path) -> None:
    named, out = sound.rename(tmp_path / LATIN_1), tmp_path / f"out-{LATIN_1}"
    (named / "empty.jpg").touch()
    restored = rr("restore", named, out / "restored", code=1)
    assert r"out-caf\xe9.png/restored/_rr/report.html" in restored.stdout
    assert (out / "restored" / "_rr" / "report.html").exists()
    made = subprocess.run(
        [sys.executable, "-c", "from flows.cli import main; main()", "synthesize", named, out],
        env={**os.environ, "LC_ALL": "C.UTF-8"},
        capture_output=True,
        check=False,
    )
    assert b"Error: empty.jpg: the file is empty" in made.stderr
    assert made.returncode == 1
    assert (Path(os.fsdecode(made.stdout.strip())) / "00000.tar").exists()


def test_names_give_a_terminal_no_commands(rr: Rr, sound: Path, tmp_path: Path) -> None:
    name = "=1+1\x1b[2J\x1b]0;mine\x07\u202egpj"
    hostile = sound.rename(tmp_path / name)
    (hostile / f"{name}.jpg").write_text("no photograph")
    (hostile / f"{name}.txt").write_text("no photograph")
    (hostile / f"{name}.png").symlink_to(hostile / "a.png")
    out, page = tmp_path / f"out {name}", tmp_path / f"{name}.html"
    results = [
        rr("restore", hostile, out, code=1),
        rr("status", out),
        rr("diagnose", hostile, "--html", page, code=1),
        rr("diagnose", hostile / f"{name}.png"),
        rr("diagnose", "--json", hostile / f"{name}.png"),
        rr("inspect", hostile, code=1),
        rr(name, code=2),
        rr("diagnose", f"--{name}", code=2),
        rr("annotate", hostile, "--reasoner", name, code=1),
    ]
    for table in ("failures", "left_out"):
        (row,) = (out / "_rr" / f"{table}.csv").read_text().splitlines()[1:]
        assert row.startswith(r"'=1+1\x1b[2J\x1b]0;mine\x07\u202egpj.")
    pages = [path.read_text() for path in (page, out / "_rr" / "report.html")]
    results.append(rr("undo", out, "--yes"))
    made = rr("synthesize", hostile, out, code=1)
    assert Path(made.stdout.rstrip("\n")).is_dir()  # exactly, for scripts
    shown = "".join([made.stderr, *(result.output for result in results), *pages])
    assert not any(char in shown for char in "\x1b\x07\u202e")
    assert r"=1+1\x1b[2J\x1b]0;mine" in shown
    assert json.loads(results[4].stdout)["path"] == str(hostile / f"{name}.png")
