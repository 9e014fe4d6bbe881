from pathlib import Path

import pytest

from rr_tasks.toys.reasoner import build_toy_reasoner


@pytest.fixture(scope="session", params=["qwen3_vl", "qwen3_5"])
def toy(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A toy of each family, with random weights."""
    folder: Path = tmp_path_factory.mktemp(request.param)
    build_toy_reasoner(folder, family=request.param)
    return str(folder)
