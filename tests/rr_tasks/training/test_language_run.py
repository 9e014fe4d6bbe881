import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from peft import PeftModel
from transformers import AutoModelForImageTextToText, AutoProcessor

from rr_tasks.reasoner.load import load_reasoner
from rr_tasks.reasoner.qwen.adapter import add_adapter
from rr_tasks.toys.reasoner import build_toy_reasoner
from rr_tasks.training import language_run
from rr_tasks.training.folder import OtherRunError
from rr_tasks.training.language import language_loss
from rr_tasks.training.language_run import run_language_training
from rr_tasks.weights.lineage import list_sources, read_folder_sources
from schemas.parameters.language_training import TrainLanguageParameters
from schemas.reasoner import QwenReasonerChoice

LINEARS = {
    "qwen3_vl": {"q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"},
    "qwen3_5": {"in_proj_qkv", "in_proj_z", "in_proj_a", "in_proj_b", "out_proj"},
}


def run(dataset: str, output: Path, **changes: Any) -> str:
    given = {"steps": 6, "batch_size": 4, "accumulate": 1, "learn": "full", "rating_share": 1.0}
    parameters = TrainLanguageParameters(
        shards=dataset, output=str(output), measured_scenes=True, **{**given, **changes}
    )

    return run_language_training(parameters, lambda *_: None)


def read_tensors(folder: str) -> dict[str, torch.Tensor]:
    return AutoModelForImageTextToText.from_pretrained(folder).state_dict()


@pytest.mark.parametrize("family", ["qwen3_vl", "qwen3_5"])
def test_an_adapter_is_on_every_linear_of_the_language_model_and_on_nothing_else(
    family: Any, tmp_path: Path
) -> None:
    build_toy_reasoner(tmp_path, family=family)
    model = AutoModelForImageTextToText.from_pretrained(tmp_path, dtype=torch.bfloat16)
    linears = {
        name
        for name, module in model.named_modules()
        if isinstance(module, torch.nn.Linear) and ".layers." in name
    }
    adapted = add_adapter(model, rank=2, seed=0)
    learned = {name for name, value in adapted.named_parameters() if value.requires_grad}
    places = {name.removeprefix("base_model.model.").partition(".lora_")[0] for name in learned}
    assert places == linears
    assert {name.rpartition(".")[2] for name in places} >= LINEARS[family]
    assert not any("visual" in name for name in learned)
    assert {value.dtype for value in adapted.parameters() if value.requires_grad} == {torch.float32}


def test_it_learns_to_rate_and_reasoners_load_what_it_learned(dataset: str, tmp_path: Path) -> None:
    made = run(dataset, tmp_path / "run", steps=100, batch_size=6, learning_rate=3e-3)
    first, last = (
        json.loads(line) for line in (tmp_path / "run" / "log.jsonl").read_text().splitlines()
    )
    assert last["loss"] < 0.5 * first["loss"]
    assert last["right"] > 0.7
    reasoner = load_reasoner(QwenReasonerChoice(model=made))
    images = [np.full((64, 64, 3), grey, np.uint8) for grey in (20, 235)]
    assert np.isfinite(reasoner.expected_severities(images)).all()
    assert read_folder_sources(made, None) == list_sources(Path(dataset).name)
    card = (Path(made) / "README.md").read_text()
    assert "AutoModelForImageTextToText.from_pretrained" in card
    assert run(dataset, tmp_path / "run", steps=100, batch_size=6, learning_rate=3e-3) == made
    with pytest.raises(OtherRunError):
        run(dataset, tmp_path / "run", steps=101)


def test_plain_peft_loads_its_adapter(dataset: str, tmp_path: Path) -> None:
    build_toy_reasoner(tmp_path / "toy")
    start = str(tmp_path / "toy")
    made = run(dataset, tmp_path / "run", learn="adapter", start=start, rank=2, rating_share=0.5)
    held = {path.name for path in Path(made).iterdir()}
    assert {"adapter_config.json", "adapter_model.safetensors", "README.md"} <= held
    base = AutoModelForImageTextToText.from_pretrained(start)
    before = {name: value.clone() for name, value in base.state_dict().items()}
    merged = PeftModel.from_pretrained(base, made).merge_and_unload().state_dict()
    changed = {name for name, value in merged.items() if not torch.equal(value, before[name])}
    assert changed
    assert all("language_model.layers" in name for name in changed)
    assert AutoProcessor.from_pretrained(made).tokenizer.eos_token == "<|im_end|>"
    one = load_reasoner(QwenReasonerChoice(model=start, adapter=made))
    assert one.identity != load_reasoner(QwenReasonerChoice(model=start)).identity


def test_a_run_that_was_stopped_ends_with_the_same_weights(
    dataset: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    dies_after: Callable,
    power_cut: type[Exception],
) -> None:
    monkeypatch.setattr(language_run, "CHECKPOINT_EVERY", 2)
    whole = run(dataset, tmp_path / "whole", rating_share=0.5)
    with monkeypatch.context() as dying:
        dying.setattr(language_run, "language_loss", dies_after(language_loss, 3))
        with pytest.raises(power_cut):
            run(dataset, tmp_path / "stopped", rating_share=0.5)
    resumed = run(dataset, tmp_path / "stopped", rating_share=0.5)
    expected = read_tensors(whole)
    for name, value in read_tensors(resumed).items():
        assert torch.equal(value, expected[name]), name


def test_recomputing_activations_changes_nothing(dataset: str, tmp_path: Path) -> None:
    kept, computed = (
        run(dataset, tmp_path / str(again), checkpointing=again, steps=2, device="cpu")
        for again in (False, True)
    )
    expected = read_tensors(kept)
    for name, value in read_tensors(computed).items():
        assert torch.allclose(value, expected[name], atol=1e-6), name
