"""Loading a Qwen restorer: what decides its digest, and what is said when it cannot be had."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from diffusers.hooks import apply_group_offloading
from safetensors.torch import save_file

from rr_tasks.restorer.load import load_restorer
from rr_tasks.restorer.qwen import model
from rr_tasks.restorer.qwen.load import digest_choice
from rr_tasks.weights.file import UnusableWeightsError
from rr_tasks.weights.snapshot import fetch_snapshot
from schemas.prior.current import DiagnosticPrior
from schemas.restorer import QwenRestorerChoice


@pytest.fixture
def folder(toy_editor: Callable[[str], str], tmp_path: Path) -> Path:
    """A toy of one's own."""
    return Path(shutil.copytree(toy_editor("2509"), tmp_path / "model"))


def write_adapter(folder: Path, seed: int = 0) -> None:
    """A LoRA of two layers, as others publish them."""
    torch.manual_seed(seed)
    layers = [f"transformer.transformer_blocks.0.attn.{name}" for name in ("to_q", "add_v_proj")]
    tensors = {
        f"{layer}.lora_{side}.weight": torch.randn(shape)
        for layer in layers
        for side, shape in (("A", (4, 48)), ("B", (48, 4)))
    }
    folder.mkdir(exist_ok=True)
    save_file(tensors, folder / "pytorch_lora_weights.safetensors")


def test_an_adapter_changes_pixels(folder: Path, tmp_path: Path, prior: DiagnosticPrior) -> None:
    write_adapter(tmp_path / "lora")
    plain = QwenRestorerChoice(model=str(folder), steps=1, dtype="float32")
    adapted = plain.model_copy(update={"adapter": str(tmp_path / "lora")})
    pixels = np.random.default_rng(0).integers(0, 256, (32, 32, 3), np.uint8)
    before, after = (load_restorer(choice) for choice in (plain, adapted))
    assert before.digest != after.digest
    assert not np.array_equal(before.restore(pixels, prior), after.restore(pixels, prior))
    assert load_restorer(adapted) is after
    write_adapter(tmp_path / "lora", seed=1)  # trained again, while the process lives on
    assert load_restorer(adapted).digest != after.digest


def test_weights_that_wait_elsewhere_change_no_pixel(
    folder: Path, tmp_path: Path, prior: DiagnosticPrior, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On disk, because only a GPU has a memory of its own: what is not fetched is then missing."""

    def wait_on_disk(part: torch.nn.Module, device: torch.device, **how: Any) -> None:
        on_disk = {"use_stream": False, "offload_to_disk_path": str(tmp_path / "waiting")}
        apply_group_offloading(part, device, **(how | on_disk))

    def place(pipeline: Any, _choice: QwenRestorerChoice, device: torch.device, *_: Any) -> None:
        model.offload_blocks(pipeline, device)

    choice = QwenRestorerChoice(model=str(folder), steps=1, dtype="float32")
    pixels = np.random.default_rng(0).integers(0, 256, (32, 32, 3), np.uint8)
    expected = load_restorer(choice).restore(pixels, prior)
    monkeypatch.setattr(model, "apply_group_offloading", wait_on_disk)
    monkeypatch.setattr(model, "_place", place)
    waiting = load_restorer(choice.model_copy(update={"offload": "blocks"}))
    assert len(list((tmp_path / "waiting").iterdir())) > 10
    for _ in range(2):
        assert np.array_equal(waiting.restore(pixels, prior), expected)


def test_all_that_decides_pixels_decides_the_digest(folder: Path, tmp_path: Path) -> None:
    choice = QwenRestorerChoice(model=str(folder))

    def digest(**changes: object) -> str:
        return digest_choice(
            choice.model_copy(update=changes), fetch_snapshot(str(folder)), torch.device("cpu")
        )

    digests = [
        digest(),
        digest(steps=4),
        digest(guidance=2.0),
        digest(seed=1),
        digest(dtype="float16"),
    ]
    digests += [digest(storage="float8"), digest(tile_side=512)]
    for seed in (0, 1):
        write_adapter(tmp_path / "lora", seed)
        digests.append(digest(adapter=str(tmp_path / "lora")))
    weights = folder / "transformer" / "diffusion_pytorch_model.safetensors"
    content = bytearray(weights.read_bytes())
    content[-1] ^= 1
    weights.write_bytes(content)
    digests.append(digest())
    assert len(set(digests)) == len(digests)
    assert digest(offload="model") == digest()
    moved = folder.rename(tmp_path / "moved")
    assert digest_choice(choice, fetch_snapshot(str(moved)), torch.device("cpu")) == digests[-1]


def test_half_the_memory_for_weights_gives_nearly_the_same(
    folder: Path, prior: DiagnosticPrior
) -> None:
    choice = QwenRestorerChoice(model=str(folder), steps=1, dtype="float32")
    pixels = np.random.default_rng(0).integers(0, 256, (32, 32, 3), np.uint8)
    full, small = (
        load_restorer(choice.model_copy(update={"storage": kind})).restore(pixels, prior)
        for kind in ("full", "float8")
    )
    difference = np.abs(full.astype(int) - small)
    assert 0 < difference.max() < 16


@pytest.mark.parametrize(
    ("spoil", "complaint"),
    [
        (shutil.rmtree, "no such folder"),
        (lambda folder: (folder / "model_index.json").unlink(), "model_index.json is missing"),
        (
            lambda folder: (folder / "model_index.json").write_text(
                json.dumps({"_class_name": "FluxPipeline"})
            ),
            "holds a FluxPipeline, which cannot restore",
        ),
        (lambda folder: shutil.rmtree(folder / "transformer"), "not usable as a QwenImage"),
        (
            lambda folder: (folder / "vae" / "diffusion_pytorch_model.safetensors").write_bytes(
                b"x"
            ),
            "not usable as a QwenImage",
        ),
    ],
)
def test_what_is_no_model_is_refused_in_a_line(
    folder: Path, spoil: Callable[[Path], object], complaint: str
) -> None:
    spoil(folder)
    with pytest.raises(UnusableWeightsError, match=complaint) as caught:
        load_restorer(QwenRestorerChoice(model=str(folder)))
    assert str(folder) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_model_brings_no_code(folder: Path, tmp_path: Path) -> None:
    sprung = tmp_path / "sprung"
    (folder / "transformer" / "trap.py").write_text(f"open({str(sprung)!r}, 'x')")
    index = json.loads((folder / "model_index.json").read_text())
    index["transformer"] = ["trap", "Trap"]
    (folder / "model_index.json").write_text(json.dumps(index))
    with pytest.raises(UnusableWeightsError, match="not usable as a QwenImage"):
        load_restorer(QwenRestorerChoice(model=str(folder)))
    assert not sprung.exists()


def test_what_is_no_adapter_is_refused_in_a_line(folder: Path, tmp_path: Path) -> None:
    choice = QwenRestorerChoice(model=str(folder), adapter=str(tmp_path / "a.safetensors"))
    for content in (None, b"nonsense"):
        if content:
            (tmp_path / "a.safetensors").write_bytes(content)
        with pytest.raises(UnusableWeightsError, match=r"a\.safetensors: not usable as a LoRA"):
            load_restorer(choice)
