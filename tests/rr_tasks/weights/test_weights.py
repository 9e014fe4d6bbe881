import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch import nn

from rr_tasks import weights
from rr_tasks.reasoner.network import ReasonerNetwork
from rr_tasks.restorer.network import RestorerNetwork
from rr_tasks.weights import UnusableWeightsError
from schemas.errors import ExpectedError

MakeReasoner = Callable[[int], ReasonerNetwork]


def small() -> ReasonerNetwork:
    return ReasonerNetwork(widths=(8, 8, 8), hidden=16)


def test_weights_survive_the_file_as_float16(
    reasoner_network: MakeReasoner, tmp_path: Path
) -> None:
    path = tmp_path / "deep" / "w.safetensors"
    network = reasoner_network(0)
    weights.save(network, path, "edge-reasoner", {"steps": 3})
    loaded = weights.load(small().train(), path, "edge-reasoner")
    assert not loaded.training
    for name, value in network.state_dict().items():
        other = loaded.state_dict()[name]
        assert other.dtype == value.dtype
        expected = value.half().float() if value.is_floating_point() else value
        assert torch.equal(other, expected), name
    assert weights.record(path) == {"steps": 3, "network": "edge-reasoner"}
    assert weights.digest(path) == hashlib.sha256(path.read_bytes()).hexdigest()
    assert [child.name for child in path.parent.iterdir()] == [path.name]


def test_the_same_weights_have_the_same_digest(
    reasoner_network: MakeReasoner, tmp_path: Path
) -> None:
    digests = []
    for number, seed in enumerate([0] * 8 + [1]):
        path = tmp_path / f"{number}.safetensors"
        weights.save(reasoner_network(seed), path, "edge-reasoner", {"steps": 1, "seed": 2})
        digests.append(weights.digest(path))
    assert len(set(digests[:8])) == 1
    assert digests[8] != digests[0]


def test_weights_of_another_network_are_refused(
    reasoner_network: MakeReasoner, tmp_path: Path
) -> None:
    path = tmp_path / "w.safetensors"
    weights.save(reasoner_network(0), path, "edge-reasoner", {})
    with pytest.raises(UnusableWeightsError, match="holds edge-reasoner weights, not edge-rest"):
        weights.load(RestorerNetwork(), path, "edge-restorer")
    with pytest.raises(UnusableWeightsError, match="not usable as edge-reasoner weights"):
        weights.load(ReasonerNetwork(), path, "edge-reasoner")


def test_weights_without_a_name_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "w.safetensors"
    save_file({"weight": torch.zeros(1)}, path)
    with pytest.raises(UnusableWeightsError, match="holds unnamed weights"):
        weights.load(small(), path, "edge-reasoner")


@pytest.mark.parametrize("content", [b"", b"no weights at all", b"\xff" * 64])
def test_a_damaged_file_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "w.safetensors"
    path.write_bytes(content)
    with pytest.raises(UnusableWeightsError, match="not usable as edge-reasoner weights") as error:
        weights.load(small(), path, "edge-reasoner")
    assert isinstance(error.value, ExpectedError)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    for path in (tmp_path / "nowhere", tmp_path):
        with pytest.raises(UnusableWeightsError, match=f"{path}: no such weights file"):
            weights.load(small(), path, "edge-reasoner")
        with pytest.raises(UnusableWeightsError, match=f"{path}: no such weights file"):
            weights.digest(path)


def test_a_save_that_fails_keeps_the_old_file(
    reasoner_network: MakeReasoner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "w.safetensors"
    weights.save(reasoner_network(0), path, "edge-reasoner", {})
    before = path.read_bytes()

    def cut_off(_tensors: object, partial: Path, **_: object) -> None:
        partial.write_bytes(before[:100])
        raise OSError("disk full")

    monkeypatch.setattr(weights, "save_file", cut_off)
    with pytest.raises(OSError, match="disk full"):
        weights.save(nn.Linear(1, 1), path, "edge-reasoner", {})
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]
