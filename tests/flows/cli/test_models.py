"""How options choose a reasoner and a restorer."""

import json
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
import typer
from pydantic import ValidationError

from flows.cli.models import choose_reasoner, choose_restorer, merge_trees, parse_tree
from rr_tasks.toys.reasoner import build_toy_reasoner
from schemas.reasoner import EdgeReasonerChoice
from schemas.restorer import EdgeRestorerChoice, QwenRestorerChoice
from tests.commands import Rr, only_error


def test_the_shipped_weights_are_the_default() -> None:
    assert choose_restorer("edge") == EdgeRestorerChoice()
    assert choose_reasoner("edge") == choose_reasoner("qwen") == EdgeReasonerChoice()
    assert choose_restorer("edge", "w.safetensors") == EdgeRestorerChoice(weights="w.safetensors")
    assert choose_reasoner("qwen", "w.safetensors") == EdgeReasonerChoice(weights="w.safetensors")


def test_a_model_is_named_and_set_up() -> None:
    settings = ["steps=8", "offload=model", "guidance=2.5", "adapter=lora"]
    assert choose_restorer("qwen", "Qwen/Qwen-Image-Edit", settings) == QwenRestorerChoice(
        model="Qwen/Qwen-Image-Edit", steps=8, offload="model", guidance=2.5, adapter="lora"
    )


@pytest.mark.parametrize("settings", [["steps"], ["=8"]])
def test_settings_have_a_name_and_a_value(settings: list[str]) -> None:
    with pytest.raises(typer.BadParameter, match="NAME=VALUE"):
        choose_restorer("qwen", "m", settings)


def test_contradictions_are_refused() -> None:
    with pytest.raises(typer.BadParameter, match="needs --restorer"):
        choose_restorer("qwen")
    with pytest.raises(typer.BadParameter, match="needs --reasoner: the folder"):
        choose_reasoner("qwen", alone=True)
    with pytest.raises(typer.BadParameter, match="--reasoner-model"):
        choose_reasoner("edge", "http://localhost:8000/v1")
    with pytest.raises(typer.BadParameter, match="goes with the URL"):
        choose_reasoner("edge", None, "qwen3-vl")
    with pytest.raises(ValidationError, match="speed"):
        choose_restorer("qwen", "m", ["speed=9"])


def test_a_toy_restores_from_the_command_line(
    rr: Rr, tmp_path: Path, toy_editor: Callable[[str], str]
) -> None:
    rng = np.random.default_rng(0)
    sharp = cv2.GaussianBlur(rng.integers(0, 256, (64, 96, 3)).astype(np.float32), (0, 0), 4)
    noisy = np.clip(3 * (sharp - 128) + 128 + rng.normal(0, 40, sharp.shape), 0, 255)
    (tmp_path / "in").mkdir()
    cv2.imwrite(str(tmp_path / "in" / "a.png"), noisy.astype(np.uint8))
    tier = ("--tier", "qwen", "--restorer", toy_editor("2511"), "--restorer-setting", "steps=2")
    rr("restore", tmp_path / "in", tmp_path / "out", *tier, "--no-verify")
    assert (tmp_path / "out" / "a.png").exists()
    summary = json.loads((tmp_path / "out" / "_rr" / "run.json").read_text())
    assert summary["parameters"]["restorer"]["steps"] == 2
    assert summary["licence"] == "unknown licence"
    refused = rr("restore", tmp_path / "in", tmp_path / "no", *tier, "--commercial", code=1)
    assert "not known to allow commercial use" in only_error(refused)
    assert not (tmp_path / "no").exists()
    missing = rr("restore", tmp_path / "in", tmp_path / "no", *tier[:3], "/no/model", code=1)
    assert only_error(missing) == "/no/model: no such folder; check the path"


def test_a_plan_shows_what_each_way_takes(rr: Rr, toy_editor: Callable[[str], str]) -> None:
    shown = rr("restore", "in", "out", "--tier", "qwen", "--restorer", toy_editor("edit"), "--plan")
    assert "float8" in shown.stdout
    assert "80 GiB" in shown.stdout
    trained = rr(
        *("train", "restorer", "s", "a", "o", "--tier", "qwen"),
        *("--start", toy_editor("edit"), "--plan", "--setting", "rank=16"),
    )
    assert "rank 16 learns" in trained.stdout
    assert not Path("out").exists()


def test_the_doctor_says_what_runs_here(
    rr: Rr, toy_editor: Callable[[str], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # short names, so that no line breaks within what is looked for
    Path("editor").symlink_to(toy_editor("edit"))
    build_toy_reasoner(Path("reasoner"))
    said = rr("doctor", "--model", "editor", "--model", "reasoner")
    for words in ("The edge tier runs here", "apache-2.0", "diffusers #14194"):
        assert words in said.stdout
    assert said.stdout.count("runs on ") == 2
    assert "missing or damaged" not in said.stdout


def test_settings_of_sections_become_a_tree() -> None:
    given = ["steps=4", "rewards.local=0.5", "rewards.scene=0", "times=[1,0.5,0]", "recipe=field"]
    assert parse_tree("--set", given) == {
        "steps": 4,
        "rewards": {"local": 0.5, "scene": 0},
        "times": [1, 0.5, 0],
        "recipe": "field",
    }
    assert parse_tree("--set", None) == {}
    for wrong in ("steps", "=4", "rewards.=1", ".local=1"):
        with pytest.raises(typer.BadParameter, match="--set takes NAME=VALUE"):
            parse_tree("--set", [wrong])


def test_what_is_set_last_counts_and_the_rest_of_a_section_stays() -> None:
    below = {"seed": 0, "restorer": {"steps": 60, "start": {"kind": "edge"}}}
    above = {"restorer": {"steps": 1}, "gate": True}
    merged = {"seed": 0, "restorer": {"steps": 1, "start": {"kind": "edge"}}, "gate": True}
    assert merge_trees(below, above) == merged
    assert below["restorer"] == {"steps": 60, "start": {"kind": "edge"}}
