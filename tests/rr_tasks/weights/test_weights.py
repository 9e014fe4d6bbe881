import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import load, save_file
from torch import nn

from rr_tasks import weights
from rr_tasks.reasoner.network import ReasonerNetwork
from rr_tasks.restorer.network import RestorerNetwork
from rr_tasks.storage import atomic
from rr_tasks.storage.failure import MissingBucketError, StorageError
from rr_tasks.storage.files import list_files, read_bytes
from rr_tasks.weights import UnusableWeightsError
from schemas.errors import ExpectedError
from tests.s3 import S3

MakeReasoner = Callable[[int], ReasonerNetwork]


def small() -> ReasonerNetwork:
    return ReasonerNetwork(widths=(8, 8, 8), hidden=16)


@pytest.fixture(params=["local", "s3"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "local":
        return str(tmp_path / "deep" / "w.safetensors")
    s3: S3 = request.getfixturevalue("s3")
    return f"{s3.url}/w.safetensors"


def test_weights_survive_the_file_as_float16(reasoner_network: MakeReasoner, place: str) -> None:
    network = reasoner_network(0)
    weights.save(network, place, "edge-reasoner", {"steps": 3})
    loaded = weights.load(small().train(), place, "edge-reasoner")
    assert not loaded.training
    for name, value in network.state_dict().items():
        other = loaded.state_dict()[name]
        assert other.dtype == value.dtype
        expected = value.half().float() if value.is_floating_point() else value
        assert torch.equal(other, expected), name
    assert weights.record(place) == {"steps": 3, "network": "edge-reasoner"}
    content = read_bytes(place)
    assert weights.digest(place) == hashlib.sha256(content).hexdigest()
    assert load(content).keys() == network.state_dict().keys()  # any reader of safetensors can
    assert list_files(place.rpartition("/")[0])[0].endswith(place)


def test_the_same_weights_have_the_same_digest(
    reasoner_network: MakeReasoner, tmp_path: Path
) -> None:
    digests = []
    for number, seed in enumerate([0] * 8 + [1]):
        path = str(tmp_path / f"{number}.safetensors")
        weights.save(reasoner_network(seed), path, "edge-reasoner", {"steps": 1, "seed": 2})
        digests.append(weights.digest(path))
    assert len(set(digests[:8])) == 1
    assert digests[8] != digests[0]


def test_weights_of_another_network_are_refused(
    reasoner_network: MakeReasoner, tmp_path: Path
) -> None:
    path = str(tmp_path / "w.safetensors")
    weights.save(reasoner_network(0), path, "edge-reasoner", {})
    with pytest.raises(UnusableWeightsError, match="holds edge-reasoner weights, not edge-rest"):
        weights.load(RestorerNetwork(), path, "edge-restorer")
    with pytest.raises(UnusableWeightsError, match=r"not usable as .* another size or version"):
        weights.load(ReasonerNetwork(), path, "edge-reasoner")


def test_weights_without_a_name_are_refused(tmp_path: Path) -> None:
    path = str(tmp_path / "w.safetensors")
    save_file({"weight": torch.zeros(1)}, path)
    with pytest.raises(UnusableWeightsError, match="holds unnamed weights"):
        weights.load(small(), path, "edge-reasoner")


@pytest.mark.parametrize("content", [b"", b"no weights at all", b"\xff" * 64])
def test_a_damaged_file_is_refused(tmp_path: Path, content: bytes) -> None:
    path = str(tmp_path / "w.safetensors")
    Path(path).write_bytes(content)
    with pytest.raises(UnusableWeightsError, match="not usable as edge-reasoner weights") as error:
        weights.load(small(), path, "edge-reasoner")
    assert isinstance(error.value, ExpectedError)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    for path in map(str, (tmp_path / "nowhere", tmp_path)):
        with pytest.raises(UnusableWeightsError, match=f"{path}: no such weights file"):
            weights.load(small(), path, "edge-reasoner")
        with pytest.raises(UnusableWeightsError, match=f"{path}: no such weights file"):
            weights.digest(path)


def test_a_missing_object_is_named(s3: S3) -> None:
    with pytest.raises(UnusableWeightsError, match=f"{s3.url}/nowhere: no such weights file"):
        weights.load(small(), f"{s3.url}/nowhere", "edge-reasoner")
    with pytest.raises(MissingBucketError, match="s3://nowhere/w: no such bucket"):
        weights.load(small(), "s3://nowhere/w", "edge-reasoner")


def test_a_save_that_fails_keeps_the_old_file(
    reasoner_network: MakeReasoner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "w.safetensors"
    weights.save(reasoner_network(0), str(path), "edge-reasoner", {})
    before = path.read_bytes()

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(atomic.os, "fsync", full)
    with pytest.raises(StorageError, match=f"{path}: No space left on device; free some space"):
        weights.save(nn.Linear(1, 1), str(path), "edge-reasoner", {})
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]
