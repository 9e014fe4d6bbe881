from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from rr_tasks.restorer.edge import EdgeRestorer
from rr_tasks.restorer.network import RestorerNetwork
from rr_tasks.shards.reader import done_shards
from rr_tasks.training import crops
from rr_tasks.training import restorer as training
from rr_tasks.training.crops import MissingDiagnosesError
from rr_tasks.training.flow import flow_loss
from rr_tasks.training.restorer import train_restorer
from schemas.training import LoopSettings

SETTINGS = LoopSettings(
    steps=4, batch_size=2, learning_rate=1e-3, warmup_steps=1, checkpoint_every=2, seed=1
)
MakeNetwork = Callable[..., RestorerNetwork]


def silent(_step: int, _means: dict[str, float]) -> None:
    """Report nothing."""


@pytest.mark.parametrize("steps_before", [2, 3])
def test_a_resumed_run_ends_with_exactly_the_same_weights(
    dataset: str,
    annotations: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    restorer_network: MakeNetwork,
    dies_after: Callable[..., Any],
    power_cut: type[Exception],
    steps_before: int,
) -> None:
    monkeypatch.setattr(crops, "_PHOTOGRAPHS_PER_ROUND", 2)

    def run(name: str) -> nn.Module:
        restorer = EdgeRestorer(restorer_network())
        folder = str(tmp_path / name)
        train_restorer(
            restorer,
            dataset,
            annotations,
            SETTINGS,
            crop_side=128,
            folder=folder,
            on_progress=silent,
        )
        return restorer.trainable()

    through = run("one")
    with monkeypatch.context() as patch:
        patch.setattr(training, "flow_loss", dies_after(flow_loss, steps_before))
        with pytest.raises(power_cut):
            run("two")
    resumed = run("two")
    for name, value in through.state_dict().items():
        assert torch.equal(value, resumed.state_dict()[name]), name
    assert not torch.equal(through.state_dict()["leave.weight"], restorer_network().leave.weight)


def test_samples_without_a_diagnosis_are_named(
    dataset: str, annotations: str, tmp_path: Path, restorer_network: MakeNetwork
) -> None:
    partial_copy = tmp_path / "annotations"
    partial_copy.mkdir()
    shard = done_shards(annotations)[0].shard
    for path in Path(annotations).glob(f"{shard:05d}.*"):
        (partial_copy / path.name).write_bytes(path.read_bytes())
    restorer, folder = EdgeRestorer(restorer_network()), str(tmp_path / "run")
    start = partial(train_restorer, restorer, dataset, str(partial_copy), SETTINGS, crop_side=128)
    with pytest.raises(MissingDiagnosesError, match=r"lacks 16 samples .*, 000010000 first; run"):
        start(folder=folder, on_progress=silent)
