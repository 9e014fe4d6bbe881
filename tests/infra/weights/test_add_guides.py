import importlib
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from rr_tasks.restorer.guides import PLANES
from rr_tasks.restorer.network import CONDITION_LENGTH, EdgeCondition, RestorerNetwork
from rr_tasks.weights.file import hash_weights, load_network, read_record, save_network
from rr_tasks.weights.lineage import read_sources

FOLDER = Path(__file__).parents[3] / "infra" / "weights"


def test_a_grown_file_restores_as_before_and_knows_what_it_was_trained_on(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    restorer_network: Callable[..., RestorerNetwork],
) -> None:
    monkeypatch.syspath_prepend(FOLDER)
    script = importlib.import_module("add_guides")
    before, grown = (str(tmp_path / f"{name}.safetensors") for name in ("before", "grown"))
    save_network(restorer_network(0.1), before, {"shards": "edge-v2-0123456789abcdef"})
    monkeypatch.setattr(sys, "argv", ["add_guides.py", before, grown])
    script.main()
    image, prior, time = torch.rand(1, 3, 32, 48), torch.rand(1, CONDITION_LENGTH), torch.ones(1)
    one, other = (load_network(file, RestorerNetwork) for file in (before, grown))
    assert other.shape == one.shape.model_copy(update={"guides": True})
    with torch.no_grad():
        expected = one(image, time, EdgeCondition(image, prior, image[:, :0]))
        found = other(image, time, EdgeCondition(image, prior, torch.rand(1, PLANES, 32, 48)))
    assert not torch.allclose(expected, image, atol=1e-2)
    assert torch.allclose(found, expected, atol=1e-5)
    assert read_record(grown)["grown_from"] == hash_weights(before)
    assert read_sources(grown) == {"edge-v2"}


def test_a_file_that_is_not_there_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.syspath_prepend(FOLDER)
    script = importlib.import_module("add_guides")
    grown = tmp_path / "grown.safetensors"
    monkeypatch.setattr(sys, "argv", ["add_guides.py", str(tmp_path / "none"), str(grown)])
    with pytest.raises(SystemExit):
        script.main()
    assert f"{tmp_path}/none: no such weights file" in capsys.readouterr().err
    assert not grown.exists()
