import importlib
from pathlib import Path
from types import ModuleType

import cv2
import pytest
import torch
from transformers import AutoModelForImageTextToText, AutoProcessor

from schemas.recipe import DegradationRecipe
from schemas.training import LoopSettings

FOLDER = Path(__file__).parents[4] / "infra" / "studies" / "qwen"
SETTINGS = LoopSettings(steps=3, batch_size=4, learning_rate=1e-3, warmup_steps=1)


@pytest.fixture
def study(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(FOLDER)
    return importlib.import_module("toy_reasoner")


def test_only_the_tower_behind_its_patches_learns_to_see(
    study: ModuleType, dataset: str, tmp_path: Path
) -> None:
    start = study.build_start(tmp_path / "start")
    made = study.teach_to_see(start, dataset, tmp_path / "seeing", SETTINGS)
    before, after = (
        AutoModelForImageTextToText.from_pretrained(folder).state_dict() for folder in (start, made)
    )
    changed = {name for name in before if not torch.equal(before[name], after[name])}
    assert "model.visual.blocks.0.mlp.linear_fc1.weight" in changed
    assert "model.visual.merger.linear_fc2.weight" in changed
    silent = ("model.visual.patch_embed", "model.visual.deepstack", "model.language_model")
    assert not any(name.startswith(silent) for name in changed)
    AutoProcessor.from_pretrained(made)
    samples = list(study.read_batches(dataset, 16))
    assert sum(map(len, samples)) == 48
    sight = study.tabulate_sight(made, samples[:1])
    assert sight["balanced_accuracy"].is_between(0, 1).all()
    written = (made / "model.safetensors").stat().st_mtime_ns
    assert study.teach_to_see(start, dataset, tmp_path / "seeing", SETTINGS) == made
    assert (made / "model.safetensors").stat().st_mtime_ns == written


def test_what_is_right_costs_nothing(study: ModuleType) -> None:
    seeing = importlib.import_module("seeing")
    severities = torch.tensor([[0.4, 0.0, 0.9, 0.0]])
    certain = torch.where(severities > 0, 30.0, -30.0)

    def read(logits: torch.Tensor, shares: torch.Tensor) -> dict[str, float]:
        tower = torch.nn.Identity()
        tower.forward = lambda *_: torch.stack([logits, shares], 1)  # type: ignore[method-assign]
        batch = {"severities": severities, "patches": severities, "grids": severities}
        losses = seeing.see_loss(tower, batch, torch.Generator())
        return {name: float(value) for name, value in losses.items()}

    # The severity of what is absent does not matter.
    assert read(certain, severities + torch.tensor([0.0, 0.7, 0.0, 0.7]))["loss"] < 1e-6
    assert read(certain, severities + torch.tensor([0.2, 0.0, 0.0, 0.0]))["error"] == pytest.approx(
        10.0
    )
    assert read(-certain, severities)["presence"] > 10


def test_squares_leave_out_what_others_are_measured_by(
    study: ModuleType, photographs: Path, tmp_path: Path
) -> None:
    recipe = DegradationRecipe(name="small", size=64, sampling="grid")
    left_out = sorted(photographs.iterdir())[0]
    folder = study.cut_squares(photographs, tmp_path / "squares", recipe, leave_out=left_out.name)
    squares = sorted(folder.iterdir())
    assert len(squares) == 2 * 24
    assert not any(path.name.startswith(left_out.stem) for path in squares)
    pixels = [cv2.imread(str(path)) for path in squares]
    assert {one.shape for one in pixels} == {(64, 64, 3)}
    assert len({one.tobytes() for one in pixels}) > 40
