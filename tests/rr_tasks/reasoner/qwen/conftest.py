from pathlib import Path

import pytest

from rr_tasks.toys.reasoner import Family, build_toy_reasoner


@pytest.fixture(scope="session")
def toy(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A toy of Qwen3-VL with random weights."""
    return _build(tmp_path_factory, "qwen3_vl")


@pytest.fixture(scope="session")
def thinking_toy(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A toy of Qwen3.5, which thinks before it answers and has linear attention."""
    return _build(tmp_path_factory, "qwen3_5")


def _build(tmp_path_factory: pytest.TempPathFactory, family: Family) -> str:
    folder: Path = tmp_path_factory.mktemp(family)
    build_toy_reasoner(folder, family=family)
    return str(folder)
