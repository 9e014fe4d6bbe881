from pathlib import Path

import pytest

from rr_tasks.reasoner.annotation import plan_annotation
from rr_tasks.reasoner.load import OtherReasonerError, load_planned_reasoner, load_reasoner
from rr_tasks.reasoner.network import ReasonerNetwork
from rr_tasks.reasoner.tasks import annotate_shard_task
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


def test_no_other_reasoner_takes_the_place_of_the_planned_one(dataset: str, tmp_path: Path) -> None:
    path = str(tmp_path / "reasoner.safetensors")
    choice = EdgeReasonerChoice(weights=path)
    save_network(ReasonerNetwork(), path, {})
    spec = plan_annotation(dataset, load_reasoner(choice))
    assert load_planned_reasoner(choice, spec.reasoner).identity == spec.reasoner
    save_network(ReasonerNetwork(), path, {"trained": "longer"})
    with pytest.raises(OtherReasonerError, match=r"planned with edge .* but here there is edge"):
        annotate_shard_task(0, dataset, str(tmp_path / "out"), spec, choice)
    assert not (tmp_path / "out").exists()


def test_the_shipped_weights_are_the_default() -> None:
    shipped = hash_weights(locate_shipped("edge-reasoner"))
    assert load_reasoner(EdgeReasonerChoice()).identity.weights_sha256 == shipped


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnusableWeightsError, match="no such weights file"):
        load_reasoner(EdgeReasonerChoice(weights=str(tmp_path / "none")))
