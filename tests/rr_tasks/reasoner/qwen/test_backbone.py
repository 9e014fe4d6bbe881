"""How a model is loaded, and what is said when it cannot be."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import AutoModelForImageTextToText

from rr_tasks.reasoner.qwen.adapter import add_adapter
from rr_tasks.reasoner.qwen.backbone import load
from rr_tasks.toys.reasoner import ToyShape, build_toy_reasoner
from rr_tasks.weights.file import UnusableWeightsError
from rr_tasks.weights.snapshot import fetch_snapshot
from schemas.reasoner import QwenReasonerChoice
from tests.hub import COMMIT, Hub


def write_adapter(start: str | Path, folder: Path) -> str:
    """Write an adapter of a model that changes it."""
    adapted = add_adapter(AutoModelForImageTextToText.from_pretrained(start), rank=2, seed=0)
    for name, value in adapted.named_parameters():
        if "lora_B" in name:
            torch.nn.init.ones_(value)
    adapted.save_pretrained(folder)
    return str(folder)


def test_a_model_of_the_hub_has_its_commit(toy: str, hub: Hub) -> None:
    hub.models["Qwen/Toy"] = Path(toy)
    loaded = load(QwenReasonerChoice(model="Qwen/Toy", revision="main"))
    assert (loaded.name, loaded.revision) == ("Qwen/Toy", COMMIT)
    assert loaded.sha256 == fetch_snapshot(toy).digest


@pytest.mark.parametrize("place", ["cpu", "auto"])
def test_accelerate_places_a_model_and_its_adapter(toy: str, tmp_path: Path, place: str) -> None:
    adapter = write_adapter(toy, tmp_path / "adapter")
    choice = QwenReasonerChoice(model=toy, adapter=adapter)
    expected = load(choice).backbone.model.state_dict()
    placed = load(choice.model_copy(update={"device_map": place})).backbone.model
    assert not placed.training
    for name, value in placed.state_dict().items():
        assert torch.equal(value, expected[name]), name


def no_weights(folder: Path) -> dict[str, Any]:
    (folder / "model.safetensors").unlink()
    return {}


def cut_weights(folder: Path) -> dict[str, Any]:
    weights = folder / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1000])
    return {}


def no_tokenizer(folder: Path) -> dict[str, Any]:
    for path in folder.glob("*processor*"):
        path.unlink()
    return {}


def of_another_size(folder: Path) -> dict[str, Any]:
    build_toy_reasoner(folder / "wide", ToyShape(width=128))
    return {"adapter": write_adapter(folder / "wide", folder / "lora")}


@pytest.mark.parametrize(
    ("spoil", "complaint"),
    [
        (no_weights, "no file named model.safetensors"),
        (cut_weights, "incomplete metadata"),
        (no_tokenizer, "image processor"),
        (of_another_size, "size mismatch"),
        (lambda _: {"adapter": "/no/adapter"}, "/no/adapter: no such folder"),
        (lambda _: {"attention": "flash_attention_2"}, "FlashAttention2 doesn't seem to be inst"),
        (lambda _: {"device_map": "nowhere"}, "but found nowhere"),
    ],
)
def test_what_cannot_be_loaded_is_a_line(
    toy: str, tmp_path: Path, spoil: Callable[[Path], dict[str, Any]], complaint: str
) -> None:
    folder = Path(shutil.copytree(toy, tmp_path / "model"))
    choice = QwenReasonerChoice(model=str(folder), **spoil(folder))
    with pytest.raises(UnusableWeightsError, match=complaint) as caught:
        load(choice)
    assert str(caught.value).startswith(f"{folder}")
    assert "\n" not in str(caught.value)
