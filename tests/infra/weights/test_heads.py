import importlib
from pathlib import Path
from types import ModuleType

import pytest
import torch

from rr_tasks.reasoner.network import ReasonerNetwork
from rr_tasks.storage.files import name_of
from rr_tasks.training.diagnosis import diagnosis_loss
from rr_tasks.training.rounds import stack
from rr_tasks.weights.file import load_network, save_network
from rr_tasks.weights.lineage import list_sources, read_sources
from schemas.network import ReasonerShape
from schemas.training import LoopSettings
from tests.samples import all_samples

FOLDER = Path(__file__).parents[3] / "infra" / "weights"
SETTINGS = LoopSettings(steps=2, batch_size=8, learning_rate=1e-3)


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(FOLDER)
    return importlib.import_module("heads")


@pytest.fixture
def network() -> ReasonerNetwork:
    torch.manual_seed(0)
    return ReasonerNetwork(ReasonerShape(widths=(4, 6, 8), hidden=16, maps=True)).eval()


def test_what_is_remembered_is_as_good_as_looking_again(
    script: ModuleType, network: ReasonerNetwork, dataset: str
) -> None:
    memory = script.Memory(network, [dataset], SETTINGS)
    batch = memory.batch(3)
    assert all(torch.equal(value, memory.batch(3)[name]) for name, value in batch.items())
    everything = script.Memory(network, [dataset], SETTINGS.model_copy(update={"batch_size": 96}))
    seen = stack(list(script.list_examples([dataset])))
    with torch.inference_mode():
        remembered = script.read_loss(network, everything.batch(0), torch.Generator())
        again = diagnosis_loss(network, seen, torch.Generator())
    for name, value in again.items():
        assert remembered[name] == pytest.approx(float(value), rel=0.02, abs=1e-3), name
    assert len(seen["vector"]) == 2 * len(all_samples(dataset))


def test_only_the_heads_learn(
    script: ModuleType,
    network: ReasonerNetwork,
    dataset: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before, after = (str(tmp_path / f"{name}.safetensors") for name in ("before", "after"))
    save_network(network, before, {})
    arguments = ["heads", before, after, str(tmp_path / "run"), dataset, "--steps", "2"]
    monkeypatch.setattr("sys.argv", [*arguments, "--batch-size", "8"])
    script.main()
    assert read_sources(after) == list_sources(name_of(dataset))
    trained = load_network(after, ReasonerNetwork).state_dict()
    for name, value in load_network(before, ReasonerNetwork).state_dict().items():
        held = torch.equal(value, trained[name])
        assert held or name.partition(".")[0] not in {"stem", "role", "trunk"}, name
        if name.startswith("head") and name.endswith("weight"):
            assert not held, name
