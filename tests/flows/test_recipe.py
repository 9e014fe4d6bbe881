"""Recipes of users, as they write and use them."""

import json
import shutil
from pathlib import Path

import cv2
import numpy as np
from typer.testing import CliRunner, Result

from flows import cli
from rr_tasks.shards.spec import read_data_spec
from rr_tasks.storage.files import name_of
from schemas.shard import SynthesisSpec


def rr(*arguments: object) -> Result:
    return CliRunner().invoke(
        cli.app, [str(argument) for argument in arguments], env={"COLUMNS": "200"}
    )


def test_a_printed_recipe_is_changed_and_used(photographs: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(photographs, tmp_path / "photographs")
    for path in list(folder.iterdir()):
        depth = np.linspace(255, 0, 64).astype(np.uint8)[:, None].repeat(64, axis=1)
        cv2.imwrite(str(path.with_suffix(".depth.png")), depth)
    printed = json.loads(rr("recipe", "edge-v2").stdout)
    mine = tmp_path / "mine.json"
    mine.write_text(json.dumps(printed | {"name": "mine", "depth": {"files": True}}))
    assert json.loads(rr("recipe", mine).stdout)["depth"]["files"] is True
    made = rr("synthesize", folder, tmp_path, "--recipe", mine, "--samples", 2)
    assert made.exit_code == 0, made.output
    data = made.stdout.strip().splitlines()[-1]
    assert name_of(data).startswith("mine-")
    spec = read_data_spec(data)
    assert isinstance(spec, SynthesisSpec)
    assert spec.recipe.depth is not None
    assert spec.recipe.depth.files


def test_a_recipe_that_does_not_exist_is_one_line(photographs: Path, tmp_path: Path) -> None:
    for arguments in (
        ("recipe", "edge-v3"),
        ("synthesize", photographs, tmp_path, "--recipe", "edge-v3"),
    ):
        result = rr(*arguments)
        assert result.exit_code == 1
        assert "there is no recipe edge-v3; name one of edge-default, benchmark" in result.stderr
        assert "Traceback" not in result.output
