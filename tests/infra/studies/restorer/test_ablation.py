import importlib
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from rr_tasks.restorer.network import RestorerNetwork
from rr_tasks.weights.file import load_network, read_record, save_network
from schemas.network import RestorerShape
from tests.annotating import annotate_all
from tests.reasoners import RuleReasoner

FOLDER = Path(__file__).parents[4] / "infra" / "studies" / "restorer"
MakeNetwork = Callable[..., RestorerNetwork]


@pytest.fixture
def ablation(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(FOLDER)
    return importlib.import_module("ablation")


@pytest.fixture
def choices(ablation: ModuleType) -> ModuleType:
    return importlib.import_module("choices")


@pytest.fixture
def tiny() -> RestorerNetwork:
    return RestorerNetwork(
        RestorerShape(width=8, encoder=(1,), middle=1, decoder=(1,), embedding=8)
    )


def test_larger_crops_and_networks_take_more_operations(
    choices: ModuleType, tiny: RestorerNetwork
) -> None:
    small, large = (
        choices.count_operations(tiny, choices.Choice(crop_side=side)) for side in (64, 128)
    )
    assert large == pytest.approx(small, rel=0.01)  # as many pixels a batch
    guided = choices.Choice(width=8).start_from(tiny)
    assert choices.count_operations(guided, choices.Choice(crop_side=64)) > small


def test_arms_start_from_the_same_weights_or_say_why_they_cannot(
    choices: ModuleType, tiny: RestorerNetwork
) -> None:
    guided = choices.Choice(width=8).start_from(tiny)
    assert guided.shape.guides
    assert choices.Choice(width=8, guides=False).start_from(tiny) is tiny
    with pytest.raises(choices.OtherShapeError, match="8 wide, not 32"):
        choices.Choice(width=32).start_from(tiny)
    with pytest.raises(choices.OtherShapeError, match="must not read guides"):
        choices.Choice(width=8).start_from(guided)


def test_all_arms_are_trained_for_the_same_operations_and_compared(
    ablation: ModuleType,
    choices: ModuleType,
    tiny: RestorerNetwork,
    dataset: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    reasoner = RuleReasoner()
    annotations = annotate_all(dataset, str(tmp_path), reasoner)
    start = str(tmp_path / "start.safetensors")
    save_network(tiny, start, {})
    arms = {
        "base": choices.Choice(width=8, crop_side=64),
        "no-guides": choices.Choice(width=8, crop_side=64, guides=False),
    }
    monkeypatch.setattr(ablation, "ARMS", arms)
    monkeypatch.setattr(ablation, "make_evaluation_set", lambda *_: dataset)
    monkeypatch.setattr(ablation, "load_reasoner", lambda _: reasoner)
    options = Namespace(
        shards=dataset,
        annotations=annotations,
        heldout="",
        output=str(tmp_path / "out"),
        reasoner=None,
        start=start,
        arms=["no-guides"],
        teraflop=2.1 * choices.count_operations(tiny, arms["base"]) / 1e12,
        learning_rate=1e-3,
        seeds=1,
        recipes=["benchmark"],
    )
    (table,) = ablation.run_ablation(options)
    assert list(table.columns[:3]) == ["recipe", "set", "arm"]
    assert set(table["arm"]) == {"base", "no-guides"}
    assert table.filter(arm="base")["over_baseline"].abs().max() == 0.0
    weights = tmp_path / "out" / "no-guides-0" / "edge-restorer.safetensors"
    assert read_record(str(weights))["settings"]["steps"] == 2
    assert not load_network(str(weights), RestorerNetwork).shape.guides
    made = weights.stat().st_mtime_ns
    assert next(ablation.run_ablation(options)).equals(table)
    assert weights.stat().st_mtime_ns == made
