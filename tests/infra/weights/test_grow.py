import importlib
from pathlib import Path

import pytest
import torch

from rr_tasks.reasoner.network import ReasonerNetwork

FOLDER = Path(__file__).parents[3] / "infra" / "weights"


def seen(network: ReasonerNetwork, role: int) -> torch.Tensor:
    folded = torch.rand(1, 12, 32, 32, generator=torch.Generator().manual_seed(5))
    return network.trunk(torch.nn.functional.silu(network.stem(folded) + network.role[[role]]))


def test_a_grown_trunk_sees_what_the_narrow_one_saw(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(FOLDER)
    script = importlib.import_module("grow")
    torch.manual_seed(0)
    narrow = ReasonerNetwork(widths=(4, 6, 8), hidden=16).eval()
    torch.nn.init.normal_(narrow.role)
    for part in narrow.modules():
        if isinstance(part, torch.nn.BatchNorm2d):
            part.running_var.fill_(0.05)  # else little is left of anything behind so many layers
    old = narrow.state_dict() | {"role": narrow.role.detach()[:2]}
    wide = script.grow(old, ReasonerNetwork(widths=(6, 10, 12), hidden=16)).eval()
    for role, origin in enumerate((0, 1, 1)):
        found, expected = seen(wide, role), seen(narrow, origin)
        assert torch.allclose(found[:, :8], expected, atol=1e-5)
        assert found[:, 8:].std() > 0
        assert expected.std() > 0.001
