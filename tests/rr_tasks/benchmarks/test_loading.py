from collections.abc import Callable
from pathlib import Path

import pytest

from rr_tasks.benchmarks import loading
from rr_tasks.benchmarks.loading import LoadingSpeed, make_training_data, measure_loading
from rr_tasks.reasoner.edge import EdgeReasoner
from rr_tasks.reasoner.network import ReasonerNetwork
from rr_tasks.restorer.network import RestorerNetwork


@pytest.fixture
def small_networks(
    monkeypatch: pytest.MonkeyPatch,
    reasoner_network: Callable[[int], ReasonerNetwork],
    restorer_network: Callable[..., RestorerNetwork],
) -> None:
    untrained = EdgeReasoner(reasoner_network(0), "0" * 64)
    monkeypatch.setattr(loading, "load_reasoner", lambda _: untrained)
    monkeypatch.setattr(loading, "RestorerNetwork", lambda _: restorer_network(guides=True))
    monkeypatch.setattr(loading, "_STEPS", 4)
    monkeypatch.setattr(loading, "_SHARD_SIZE", 4)


@pytest.mark.usefixtures("small_networks")
def test_made_data_is_loaded_and_trained_on(photographs: Path, tmp_path: Path) -> None:
    shards, annotations = make_training_data(str(photographs), 6, str(tmp_path))
    assert sorted(path.name for path in Path(shards).glob("*.tar")) == ["00000.tar", "00001.tar"]
    speed = measure_loading(shards, annotations, 8)
    assert speed.loaded == 64
    assert speed.loading_seconds > 0
    assert speed.step_seconds > 0
    assert 0 < speed.first_peak_mib <= speed.last_peak_mib


def test_the_ratio_is_of_examples_a_second() -> None:
    speed = LoadingSpeed(
        loaded=4000,
        loading_seconds=10.0,
        first_peak_mib=1.0,
        last_peak_mib=2.0,
        step_seconds=0.2,
    )
    assert speed.loaded_per_second == 400
    assert speed.consumed_per_second == 40
    assert speed.ratio == 10
