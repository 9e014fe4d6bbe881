import importlib
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from rr_tasks.reasoner.network import ReasonerNetwork
from rr_tasks.restorer.network import RestorerNetwork
from rr_tasks.weights.file import hash_weights, load_network
from schemas.network import ReasonerShape, RestorerShape

FOLDER = Path(__file__).parents[3] / "infra" / "weights"


@pytest.fixture
def begin(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., str]:
    monkeypatch.syspath_prepend(FOLDER)
    script = importlib.import_module("begin")

    def run(network: str, *options: str) -> str:
        file = str(tmp_path / f"{len(list(tmp_path.iterdir()))}.safetensors")
        monkeypatch.setattr(sys, "argv", ["begin.py", network, file, *options])
        script.main()
        return file

    return run


def test_weights_of_any_width_begin_at_random(begin: Callable[..., str]) -> None:
    widths = ("--widths", "4", "6", "8", "--hidden", "16", "--looks", "2")
    begun = [
        load_network(begin("reasoner", *widths, "--seed", seed), ReasonerNetwork)
        for seed in ("1", "1", "2")
    ]
    assert begun[0].shape == ReasonerShape(widths=(4, 6, 8), hidden=16, looks=2)
    one, same, other = (network.get_parameter("head.0.weight") for network in begun)
    assert torch.equal(one, same)
    assert not torch.equal(one, other)


def test_a_restorer_begins_without_guides_and_a_repeated_start_is_the_same_file(
    begin: Callable[..., str],
) -> None:
    one, same = begin("restorer"), begin("restorer")
    assert load_network(one, RestorerNetwork).shape == RestorerShape(guides=False)
    assert hash_weights(one) == hash_weights(same)
