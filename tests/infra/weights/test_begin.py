import importlib
import sys
from pathlib import Path

import pytest
import torch

from rr_tasks.reasoner.network import ReasonerNetwork
from rr_tasks.weights.file import load_network
from schemas.network import ReasonerShape

FOLDER = Path(__file__).parents[3] / "infra" / "weights"


def test_weights_of_any_width_begin_at_random(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.syspath_prepend(FOLDER)
    script = importlib.import_module("begin")
    begun: list[ReasonerNetwork] = []
    for seed in ("1", "1", "2"):
        file = str(tmp_path / f"{len(begun)}.safetensors")
        widths = ("--widths", "4", "6", "8", "--hidden", "16", "--looks", "2")
        monkeypatch.setattr(sys, "argv", ["begin.py", file, *widths, "--seed", seed])
        script.main()
        begun.append(load_network(file, ReasonerNetwork))
    assert begun[0].shape == ReasonerShape(widths=(4, 6, 8), hidden=16, looks=2)
    one, same, other = (network.get_parameter("head.0.weight") for network in begun)
    assert torch.equal(one, same)
    assert not torch.equal(one, other)
