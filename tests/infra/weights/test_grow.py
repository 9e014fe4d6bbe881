import importlib
from pathlib import Path

import pytest
import torch

from rr_tasks.reasoner.cepstrum import SHAPE
from rr_tasks.reasoner.network import ReasonerNetwork
from schemas.network import ReasonerShape

FOLDER = Path(__file__).parents[3] / "infra" / "weights"


def test_a_grown_network_answers_as_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(FOLDER)
    script = importlib.import_module("grow")
    torch.manual_seed(0)
    before = ReasonerNetwork(ReasonerShape(widths=(4, 6, 8), hidden=16, looks=2)).eval()
    torch.nn.init.normal_(before.role)
    with torch.no_grad():
        before.attention.interest.weight.zero_()  # else it may look at the sharpest window
        before.head[0].weight[:, 6 * 8 : 8 * 8] = 0  # what it reads there
    grown = script.grow(before).eval()
    assert grown.shape == before.shape.model_copy(update={"maps": True})
    views = torch.randint(0, 256, (1, 3, 32, 32), dtype=torch.uint8)
    working = torch.stack([views.flip(3), views], 1)
    rest = (views[None], torch.randn(1, 2, *SHAPE), torch.tensor([300.0]))
    answer, maps, kernels = grown(views, working, *rest)
    assert torch.allclose(answer, before(views, working[:, 1:], *rest).entries, atol=1e-5)
    assert maps is not None
    assert kernels is not None
    assert torch.equal(grown.role[3], grown.role[1])
