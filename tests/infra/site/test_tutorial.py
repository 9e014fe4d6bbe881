"""The tutorial works as it is written, on small photographs."""

import os
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from flows import cli
from tests.pages import ROOT, read_statements

TUTORIAL = ROOT / "docs" / "TUTORIAL.md"


def test_every_command_of_the_tutorial_does_what_it_says(
    photographs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    originals = tmp_path / "Pictures"
    originals.mkdir()
    for name, photograph in zip(("holiday", "street"), sorted(photographs.iterdir()), strict=False):
        shutil.copy(photograph, originals / f"{name}.jpg")
    statements = list(read_statements(TUTORIAL))
    assert [program for program, *_ in statements[:3]] == ["python3", "source", "pip"]
    for program, *arguments in statements[3:]:
        assert program == "rr"
        result = CliRunner().invoke(cli.app, [os.path.expanduser(word) for word in arguments])  # noqa: PTH111
        assert result.exit_code == 0, f"{arguments}: {result.output}"
    assert (tmp_path / "holiday.html").stat().st_size > 10_000
    for folder in ("Restored", "Restored-gently", "Restored-boldly"):
        assert (tmp_path / folder / "_rr" / "report.html").exists()
        assert {path.name for path in (tmp_path / folder).glob("*.jpg")} == {
            path.name for path in originals.iterdir()
        }
    assert not list((tmp_path / "Restored-misty").iterdir())
