"""What is said before any work where a restorer cannot run, or must not be used."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from rr_tasks.device import MissingDeviceError, TooLittleMemoryError
from rr_tasks.restorer.qwen import check, model
from rr_tasks.restorer.qwen.check import advise, check_qwen_restorer, check_room_to_train
from rr_tasks.restorer.qwen.memory import GIB
from rr_tasks.weights.file import UnusableWeightsError
from rr_tasks.weights.licence import LicenceError
from schemas.parameters.editor_training import TrainEditorParameters
from schemas.restorer import QwenRestorerChoice
from tests.hub import Hub


def give_gpu(monkeypatch: pytest.MonkeyPatch, gib: int) -> None:
    monkeypatch.setattr(check, "choose_device", lambda *_: torch.device("cuda"))
    monkeypatch.setattr(check, "device_memory", lambda _: gib * GIB)
    monkeypatch.setattr(model, "compute_type", lambda _: torch.bfloat16)


def test_large_models_need_a_gpu(large_editor: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check, "choose_device", lambda: torch.device("cpu"))
    with pytest.raises(MissingDeviceError, match=r"28\.8 billion parameters need a GPU"):
        check_qwen_restorer(QwenRestorerChoice(model=large_editor))
    assert advise(large_editor) == ("unknown licence", "needs a CUDA GPU")


def test_what_does_not_fit_is_refused_with_what_would(
    large_editor: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    choice = QwenRestorerChoice(model=large_editor)
    give_gpu(monkeypatch, 24)
    with pytest.raises(
        TooLittleMemoryError, match=r"about 5\d GiB .* has 24; use storage=float8 offload=model"
    ):
        check_qwen_restorer(choice)
    fitting = choice.model_copy(update={"storage": "float8", "offload": "model"})
    check_qwen_restorer(fitting)
    assert advise(large_editor)[1].startswith("storage=float8 offload=model")
    give_gpu(monkeypatch, 80)
    check_qwen_restorer(choice)
    with pytest.raises(TooLittleMemoryError, match="about 1"):
        check_qwen_restorer(choice.model_copy(update={"dtype": "float32"}))
    with pytest.raises(TooLittleMemoryError, match="has 60 beside the reasoner; use"):
        check_qwen_restorer(choice.model_copy(update={"tile_side": 2048}), beside=20 * GIB)
    monkeypatch.setattr(model, "compute_type", lambda _: torch.float32)  # an old GPU
    with pytest.raises(TooLittleMemoryError, match="about 1"):
        check_qwen_restorer(choice)
    give_gpu(monkeypatch, 1)
    with pytest.raises(TooLittleMemoryError, match="smaller tiles"):
        check_qwen_restorer(choice)
    assert advise(large_editor)[1] == "does not fit this GPU"


def test_a_training_has_to_fit_too(large_editor: str, monkeypatch: pytest.MonkeyPatch) -> None:
    parameters = TrainEditorParameters(shards="s", annotations="a", output="o", start=large_editor)
    monkeypatch.setattr(check, "choose_device", lambda _: torch.device("cpu"))
    with pytest.raises(MissingDeviceError, match=r"28\.8 billion parameters need a GPU"):
        check_room_to_train(parameters)
    give_gpu(monkeypatch, 32)
    with pytest.raises(TooLittleMemoryError, match=r"training takes about 4\d GiB .* has 32; use"):
        check_room_to_train(parameters)
    check_room_to_train(parameters.model_copy(update={"storage": "float8"}))


def test_a_small_model_runs_anywhere(toy_editor: Callable[[str], str]) -> None:
    licence = check_qwen_restorer(QwenRestorerChoice(model=toy_editor("edit")))
    assert licence.name is None
    assert advise(toy_editor("edit"))[1].startswith("runs on ")


def test_who_wants_commercial_models_gets_no_others(
    toy_editor: Callable[[str], str], tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(toy_editor("edit"), tmp_path / "model"))
    choice = QwenRestorerChoice(model=str(folder))
    for licence in ("apache-2.0", "other\nlicense_name: qwen-research"):
        (folder / "README.md").write_text(f"---\nlicense: {licence}\n---\n")
        if licence == "apache-2.0":
            assert check_qwen_restorer(choice, commercial=True).name == licence
        else:
            assert check_qwen_restorer(choice).name == "qwen-research"
            with pytest.raises(LicenceError, match="qwen-research"):
                check_qwen_restorer(choice, commercial=True)


def test_a_model_is_checked_without_its_weights(
    toy_editor: Callable[[str], str], tmp_path: Path, hub: Hub
) -> None:
    folder = Path(shutil.copytree(toy_editor("edit"), tmp_path / "model"))
    (folder / "README.md").write_text("---\nlicense: mit\n---\n")
    hub.models["Qwen/Toy"] = folder
    assert check_qwen_restorer(QwenRestorerChoice(model="Qwen/Toy"), commercial=True).name == "mit"
    assert advise("Qwen/Toy")[0] == "mit"
    assert "transformer/config.json" in hub.sent
    assert not any(name.endswith(".safetensors") for name in hub.sent)


def test_missing_models_are_named(tmp_path: Path) -> None:
    with pytest.raises(UnusableWeightsError, match=r"model_index.json is missing"):
        check_qwen_restorer(QwenRestorerChoice(model=str(tmp_path)))
    assert "no such folder" in advise("/no/model")[1]
