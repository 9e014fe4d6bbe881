import importlib
from pathlib import Path

import pytest
import torch

from rr_tasks.reasoner.cepstrum import SHAPE
from rr_tasks.reasoner.network import ReasonerNetwork
from schemas.network import ReasonerShape

FOLDER = Path(__file__).parents[3] / "infra" / "weights"


def small(seed: int) -> ReasonerNetwork:
    torch.manual_seed(seed)
    return ReasonerNetwork(ReasonerShape(widths=(4, 6, 8), hidden=16)).eval()


def test_a_grown_network_knows_all_that_was_known_but_for_what_is_new(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.syspath_prepend(FOLDER)
    script = importlib.import_module("grow")
    source = small(0)
    new = source.blur[3].out_features + 1  # columns that read the cepstrum and the size
    known = {name: value for name, value in source.state_dict().items() if "blur." not in name}
    known["head.0.weight"] = known["head.0.weight"][:, :-new]
    grown = script.grow(known, small(1))
    assert not torch.equal(*(network.state_dict()["blur.3.weight"] for network in (grown, source)))
    with torch.no_grad():
        for network in (source, grown):
            network.head[0].weight[:, -new:] = 0
    views = torch.randint(0, 256, (1, 3, 32, 32), dtype=torch.uint8)
    seen = (views, views[None], views[None], torch.zeros(1, *SHAPE), torch.tensor([512.0]))
    assert torch.equal(grown(*seen), source(*seen))
