"""A run that trains an adapter, from data set to file."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import cv2
import numpy as np
import pytest
import torch
from diffusers import DiffusionPipeline
from safetensors import safe_open

from rr_tasks.restorer.load import load_restorer
from rr_tasks.restorer.qwen.model import LORA_FILE
from rr_tasks.restorer.qwen.restorer import QwenRestorer
from rr_tasks.shards.png import decode_png
from rr_tasks.shards.reader import done_shards
from rr_tasks.shards.stream import read_samples
from rr_tasks.training import editor, encoded
from rr_tasks.training.editor import check_editor_training, run_editor_training
from rr_tasks.training.encoded import encode_crop
from rr_tasks.training.folder import OtherRunError
from rr_tasks.training.matching import matching_loss
from rr_tasks.training.settings import choose_settings
from rr_tasks.weights.file import UnusableWeightsError
from schemas.alignment import RewardWeights
from schemas.parameters.alignment import AlignParameters
from schemas.parameters.editor_training import TrainEditorParameters
from schemas.prior.current import DiagnosticPrior
from schemas.prior.migrations import load_prior
from schemas.prior.mirror import mirror
from schemas.restorer import QwenRestorerChoice
from schemas.training import LoopSettings

PROGRAM = Path(__file__).with_name("editor_processes.py")
REPOSITORY = Path(__file__).parents[3]
TARGETS = 2 * 12


class Crop(NamedTuple):
    """What is encoded."""

    clean: torch.Tensor
    degraded: torch.Tensor
    priors: dict[str, DiagnosticPrior | None]


def silent(_step: int, _means: dict[str, float]) -> None:
    """Report nothing."""


def keep_every_step(*wishes: Any, **given: Any) -> LoopSettings:
    return choose_settings(*wishes, **given).model_copy(update={"checkpoint_every": 1})


@pytest.fixture(scope="module")
def parameters(
    dataset: str,
    partly_annotated: str,
    toy_editor: Callable[[str], str],
    tmp_path_factory: pytest.TempPathFactory,
) -> TrainEditorParameters:
    return TrainEditorParameters(
        shards=dataset,
        annotations=partly_annotated,
        output=str(tmp_path_factory.mktemp("run")),
        start=toy_editor("2511"),
        dtype="float32",
        steps=4,
        batch_size=2,
        accumulate=1,
        crop_side=32,
        rank=4,
        learning_rate=1e-2,
    )


@pytest.fixture(scope="module")
def crops() -> list[Crop]:
    """What a run encodes."""
    return []


@pytest.fixture(scope="module")
def adapter(parameters: TrainEditorParameters, crops: list[Crop]) -> Path:
    """The file of the adapter of a run that nothing interrupted."""

    def watch(restorer: QwenRestorer, *crop: Any) -> dict[str, torch.Tensor]:
        crops.append(Crop(*crop))
        return encode_crop(restorer, *crop)

    check_editor_training(parameters)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(encoded, "encode_crop", watch)
        return Path(run_editor_training(parameters, silent))


def test_diffusers_loads_the_adapter(
    adapter: Path, parameters: TrainEditorParameters, prior: DiagnosticPrior
) -> None:
    pipeline = DiffusionPipeline.from_pretrained(parameters.start)
    pipeline.load_lora_weights(str(adapter.parent))
    adapted = {
        name.partition(".lora_")[0]
        for name, _ in pipeline.transformer.named_parameters()
        if ".lora_" in name
    }
    assert len(adapted) == TARGETS
    choice = QwenRestorerChoice(model=parameters.start, dtype="float32", steps=1)
    pixels = np.random.default_rng(0).integers(0, 256, (32, 32, 3), np.uint8)
    plain = load_restorer(choice).restore(pixels, prior)
    learned = load_restorer(choice.model_copy(update={"adapter": str(adapter)}))
    assert not np.array_equal(learned.restore(pixels, prior), plain)


def test_the_file_says_how_it_was_made(adapter: Path, parameters: TrainEditorParameters) -> None:
    with safe_open(adapter, "pt") as file:
        record = json.loads(file.metadata()["record"])
        tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    assert record["rank"] == 4
    assert record["encoding"]["annotations"] == Path(parameters.annotations).name
    assert "diffusers" in record["encoding"]["libraries"]
    assert json.loads((adapter.parent / "run.json").read_text()) == record
    assert len(tensors) == 2 * TARGETS
    assert {value.dtype for value in tensors.values()} == {torch.float32}


def test_samples_are_shown(adapter: Path) -> None:
    (picture,) = (adapter.parent / editor.SAMPLES).iterdir()
    assert picture.name == "000004.jpg"
    assert cv2.imread(str(picture)).shape == (2 * 32, 3 * 32, 3)


def test_a_resumed_run_ends_with_exactly_the_same_adapter(
    adapter: Path,
    parameters: TrainEditorParameters,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    dies_after: Callable[..., Any],
    power_cut: type[Exception],
) -> None:
    again = parameters.model_copy(update={"output": str(tmp_path)})
    (latents,) = adapter.parent.glob("encoded-*")
    shutil.copytree(latents, tmp_path / latents.name)
    monkeypatch.setattr(encoded, "encode_crop", None)  # nothing is encoded twice
    with monkeypatch.context() as patch:
        patch.setattr(editor, "choose_settings", keep_every_step)
        patch.setattr(editor, "matching_loss", dies_after(matching_loss, 3))
        with pytest.raises(power_cut):
            run_editor_training(again, silent)
        patch.setattr(editor, "matching_loss", matching_loss)
        resumed = run_editor_training(again, silent)
    with safe_open(adapter, "pt") as whole, safe_open(resumed, "pt") as parts:
        for name in whole.keys():  # noqa: SIM118
            assert torch.equal(whole.get_tensor(name), parts.get_tensor(name)), name


def test_a_finished_run_is_left_alone_and_another_one_refused(
    adapter: Path, parameters: TrainEditorParameters, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(editor, "load_backbone", None)
    assert run_editor_training(parameters, silent) == str(adapter)
    with pytest.raises(OtherRunError, match="other settings"):
        run_editor_training(parameters.model_copy(update={"rank": 8}), silent)


def test_every_sample_is_encoded_once_with_each_prior_it_has(adapter: Path, dataset: str) -> None:
    (latents,) = adapter.parent.glob("encoded-*")
    counts = [(marker.samples, marker.failures) for marker in done_shards(str(latents))]
    assert counts == [(marker.samples, 0) for marker in done_shards(dataset)]


def is_within(crop: torch.Tensor, image: np.ndarray) -> bool:
    wanted = (crop * 255).round().byte().permute(1, 2, 0).numpy()
    height, width, _ = wanted.shape
    return any(
        np.array_equal(image[top : top + height, left : left + width], wanted)
        for top, left in np.argwhere((image == wanted[0, 0]).all(2))
    )


def test_half_of_the_crops_are_mirrored_with_their_priors(
    adapter: Path, crops: list[Crop], dataset: str, partly_annotated: str
) -> None:
    samples = [sample for shard in (0, 1) for sample in read_samples(dataset, shard)]
    diagnoses = {
        diagnosis["__key__"]: load_prior(diagnosis["prior.json"])
        for shard in (0, 1)
        for diagnosis in read_samples(partly_annotated, shard)
    }
    mirrored = 0
    for crop, sample in zip(crops, samples, strict=True):
        image = decode_png(sample["degraded.png"])
        straight = is_within(crop.degraded, image)
        mirrored += not straight
        assert straight or is_within(crop.degraded, image[:, ::-1])
        known = diagnoses.get(sample["__key__"])
        assert crop.priors.get("predicted") == (known if straight else known and mirror(known))
        assert crop.priors["withheld"] is None
    assert 12 < mirrored < 36


def test_two_processes_adapt_and_align_an_editor(
    adapter: Path, parameters: TrainEditorParameters, tmp_path: Path
) -> None:
    output = {name: tmp_path / name for name in ("train", "align")}
    (latents,) = adapter.parent.glob("encoded-*")
    shutil.copytree(latents, output["train"] / latents.name)
    train = parameters.model_copy(update={"output": str(output["train"]), "steps": 2})
    align = AlignParameters(
        shards=train.shards,
        annotations=train.annotations,
        output=str(output["align"]),
        restorer=QwenRestorerChoice(model=train.start, dtype="float32", steps=2),
        rewards=RewardWeights(local=0.0, naturalness=0.0),
        steps=2,
        groups=1,
        members=2,
        crop_side=32,
        rank=4,
        least_soundness=-1.0,
        device="cpu",
    )
    (tmp_path / "train.json").write_text(train.model_dump_json())
    (tmp_path / "align.json").write_text(align.model_dump_json())
    command = [sys.executable, str(PROGRAM), str(tmp_path)]
    environment = os.environ | {"PYTHONPATH": str(REPOSITORY), "OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    for folder in output.values():
        record = json.loads((folder / "run.json").read_text())
        assert record["processes"] == 2
        assert (folder / LORA_FILE).exists()


def test_what_is_no_editor_is_refused_before_any_work(
    parameters: TrainEditorParameters, tmp_path: Path
) -> None:
    (tmp_path / "model_index.json").write_text('{"_class_name": "FluxPipeline"}')
    with pytest.raises(UnusableWeightsError, match="cannot restore"):
        check_editor_training(parameters.model_copy(update={"start": str(tmp_path)}))
