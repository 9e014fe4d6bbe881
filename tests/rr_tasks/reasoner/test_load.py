from pathlib import Path

import pytest

from rr_tasks.reasoner.load import load_reasoner
from rr_tasks.reasoner.network import ReasonerNetwork
from rr_tasks.weights.file import UnusableWeightsError, hash_weights, locate_shipped, save_network
from schemas.reasoner import EdgeReasonerChoice


def test_it_is_kept_until_its_file_is_replaced(tmp_path: Path) -> None:
    path = str(tmp_path / "reasoner.safetensors")
    choice = EdgeReasonerChoice(weights=path)
    save_network(ReasonerNetwork(), path, {})
    first = load_reasoner(choice)
    assert load_reasoner(EdgeReasonerChoice(weights=path)) is first
    assert first.identity.weights_sha256 == hash_weights(path)
    save_network(ReasonerNetwork(), path, {"trained": "longer"})
    assert load_reasoner(choice).identity.weights_sha256 == hash_weights(path)
    assert load_reasoner(choice) is not first


def test_the_shipped_weights_are_the_default() -> None:
    shipped = hash_weights(locate_shipped("edge-reasoner"))
    assert load_reasoner(EdgeReasonerChoice()).identity.weights_sha256 == shipped


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnusableWeightsError, match="no such weights file"):
        load_reasoner(EdgeReasonerChoice(weights=str(tmp_path / "none")))
