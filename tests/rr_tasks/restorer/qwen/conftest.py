from collections.abc import Callable

import pytest
import torch

from rr_tasks.restorer.qwen.restorer import QwenRestorer
from tests.toys import load_toy


@pytest.fixture(scope="session", params=["edit", "2509", "2511"])
def restorer(request: pytest.FixtureRequest, toy_editor: Callable[[str], str]) -> QwenRestorer:
    """A toy of each variant."""
    return load_toy(toy_editor(request.param))


@pytest.fixture
def images() -> torch.Tensor:
    """Two images whose height and width differ."""
    return torch.rand((2, 3, 32, 64), generator=torch.Generator().manual_seed(0))
