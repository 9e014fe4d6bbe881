"""What is said before any work where a reasoner cannot run."""

import json
from pathlib import Path

import pytest
import torch

from rr_tasks.device import MissingDeviceError, TooLittleMemoryError
from rr_tasks.reasoner.qwen import check, plan
from rr_tasks.reasoner.qwen.check import advise, check_qwen_reasoner, is_reasoner
from rr_tasks.reasoner.qwen.plan import check_room_to_train
from rr_tasks.reasoner.qwen.settings import GIB, count_parameters, list_published
from rr_tasks.weights.file import UnusableWeightsError
from schemas.parameters.language_training import TrainLanguageParameters
from schemas.reasoner import QwenReasonerChoice
from tests.hub import Hub


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The settings of a model of two billion parameters, saved in bfloat16, without weights."""
    folder = tmp_path_factory.mktemp("large")
    settings = list_published()["Qwen/Qwen3-VL-4B-Instruct"]
    settings["text_config"] |= {"num_hidden_layers": 10, "dtype": "bfloat16"}
    (folder / "config.json").write_text(json.dumps(settings))
    return str(folder)


def give_gpu(monkeypatch: pytest.MonkeyPatch, gib: float) -> None:
    monkeypatch.setattr(check, "choose_device", lambda: torch.device("cuda"))
    monkeypatch.setattr(check, "device_memory", lambda _: int(gib * GIB))


def test_large_models_need_a_gpu_unless_somebody_wants_to_wait(
    large: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(check, "choose_device", lambda: torch.device("cpu"))
    with pytest.raises(MissingDeviceError, match=r"1\.8 billion parameters need a GPU"):
        check_qwen_reasoner(QwenReasonerChoice(model=large))
    assert check_qwen_reasoner(QwenReasonerChoice(model=large, device_map="cpu")) == 0
    assert advise(large).startswith("needs a GPU")


def test_weights_have_to_fit_in_the_type_that_they_get(
    large: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    choice = QwenReasonerChoice(model=large)
    parameters = count_parameters(json.loads(Path(large, "config.json").read_text()))
    give_gpu(monkeypatch, 4)
    assert check_qwen_reasoner(choice) == 2 * parameters
    assert advise(large).startswith("runs on cuda (3 GiB")
    with pytest.raises(TooLittleMemoryError, match="take 7 GiB of memory, and this GPU has 4; use"):
        check_qwen_reasoner(choice.model_copy(update={"dtype": "float32"}))
    give_gpu(monkeypatch, 2)
    with pytest.raises(TooLittleMemoryError):
        check_qwen_reasoner(choice)
    assert "does not fit" in advise(large)


def test_a_training_has_to_fit_too(large: str, monkeypatch: pytest.MonkeyPatch) -> None:
    parameters = TrainLanguageParameters(shards="s", output="o", start=large, batch_size=1)
    monkeypatch.setattr(plan, "choose_device", lambda _: torch.device("cpu"))
    with pytest.raises(MissingDeviceError, match="billion parameters need a GPU"):
        check_room_to_train(parameters)
    monkeypatch.setattr(plan, "choose_device", lambda _: torch.device("cuda"))
    monkeypatch.setattr(plan, "device_memory", lambda _: 12 * GIB)
    check_room_to_train(parameters)
    with pytest.raises(TooLittleMemoryError, match=r"takes at least \d+ GiB .* has 12; use"):
        check_room_to_train(parameters.model_copy(update={"learn": "full"}))


def test_a_small_model_runs_anywhere(toy: str) -> None:
    assert check_qwen_reasoner(QwenReasonerChoice(model=toy)) == 0
    assert advise(toy).startswith("runs on ")


def test_it_is_checked_without_its_weights(toy: str, hub: Hub) -> None:
    hub.models["Qwen/Toy"] = Path(toy)
    assert check_qwen_reasoner(QwenReasonerChoice(model="Qwen/Toy")) == 0
    assert is_reasoner("Qwen/Toy")
    assert "config.json" in hub.sent
    assert not any(name.endswith(".safetensors") for name in hub.sent)


def test_what_is_no_reasoner_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnusableWeightsError, match=r"config\.json is missing"):
        check_qwen_reasoner(QwenReasonerChoice(model=str(tmp_path)))
    assert not is_reasoner(str(tmp_path))
    assert not is_reasoner("/no/model")
    assert "no such folder" in advise("/no/model")
