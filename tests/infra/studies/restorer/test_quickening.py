import importlib
import re
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import ModuleType

import pytest
import torch
from torch.nn import functional

from rr_tasks.restorer.network import RestorerNetwork
from rr_tasks.samples import sample_photographs

FOLDER = Path(__file__).parents[4] / "infra" / "studies" / "restorer"


@pytest.fixture
def study(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(FOLDER)
    return importlib.import_module("quickening")


@pytest.fixture
def network(restorer_network: Callable[..., RestorerNetwork]) -> RestorerNetwork:
    return restorer_network(0.1, guides=True)


def in_steps(values: torch.Tensor) -> torch.Tensor:
    step = values.abs().max() / 127
    return (values / step).round() * step


def test_layers_that_are_chosen_round_weights_and_inputs(
    study: ModuleType, network: RestorerNetwork
) -> None:
    wide = study.list_wide(network)
    assert len(study.list_pointwise(network)) == 7 * 4 + 3
    assert {layer.in_channels for layer in wide} == {16, 32, 64}
    assert len(wide) == 5 * 4
    rounded = study.round_layers(network, study.list_wide)
    weight, bias, untouched = (
        network.get_parameter(name)
        for name in ("middle.0.expand.weight", "middle.0.expand.bias", "up.0.weight")
    )
    layer = rounded.middle[0].expand
    for found, exact in zip(layer.weight, weight, strict=True):
        assert torch.allclose(found, in_steps(exact), atol=1e-6)
    values = torch.rand(1, 64, 8, 8) - 0.3
    expected = functional.conv2d(in_steps(values), layer.weight, bias)
    assert torch.allclose(layer(values), expected, atol=1e-5)
    assert torch.equal(rounded.up[0].weight, untouched)


def test_each_attempt_is_measured(
    study: ModuleType,
    network: RestorerNetwork,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(study, "load_network", lambda *_: network)
    # Compiling takes a minute; what decides whether it is possible is tracing.
    monkeypatch.setattr(torch, "compile", partial(torch.compile, backend="eager"))
    monkeypatch.setattr(sys, "argv", ["quickening.py", str(sample_photographs())])
    study.main()
    number = r"(\d+\.\d) dB from float32\n"
    shown = capsys.readouterr().out
    found = re.fullmatch(
        rf"8 bits in 1x1 convolutions of all: {number}"
        rf"8 bits in 1x1 convolutions of the wider half of blocks: {number}"
        rf"bfloat16: {number}fused: \d+ ms\ncompiled, in \d+ s: \d+ ms\n",
        shown,
    )
    assert found, shown
    every, wide, brain = map(float, found.groups())
    assert 20 < every < wide
    assert 20 < brain < 100
