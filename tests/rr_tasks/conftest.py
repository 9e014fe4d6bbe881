"""Annotations of the shared data set, makers of photographs, and a way to stop a run midway."""

from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest
import torch

from rr_tasks.reasoner.edge import EdgeReasoner
from rr_tasks.reasoner.network import ReasonerNetwork
from schemas.network import ReasonerShape
from tests import makers
from tests.annotating import annotate_all
from tests.reasoners import RuleReasoner


@pytest.fixture
def make() -> ModuleType:
    """The makers of photographs, by name."""
    return makers


@pytest.fixture(scope="session")
def annotations(dataset: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Diagnoses of every sample of the data set by an untrained reasoner."""
    torch.manual_seed(0)
    reasoner = EdgeReasoner(
        ReasonerNetwork(ReasonerShape(widths=(8, 8, 8), hidden=16)).eval(), "0" * 64
    )
    return annotate_all(dataset, str(tmp_path_factory.mktemp("annotations")), reasoner)


@pytest.fixture(scope="session")
def partly_annotated(dataset: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Annotations by a reasoner that has no answer for some samples of the first shard."""
    return annotate_all(dataset, str(tmp_path_factory.mktemp("annotations")), RuleReasoner())


class PowerCut(Exception):  # noqa: N818
    """The machine stops."""


@pytest.fixture
def power_cut() -> type[PowerCut]:
    return PowerCut


@pytest.fixture
def dies_after() -> Callable[[Callable[..., Any], int], Callable[..., Any]]:
    """Wraps a loss function so that the run dies after so many steps."""

    def wrap(loss: Callable[..., Any], steps: int) -> Callable[..., Any]:
        taken = 0

        def dying(*arguments: Any, **options: Any) -> Any:
            nonlocal taken
            taken += 1
            if taken > steps:
                raise PowerCut
            return loss(*arguments, **options)

        return dying

    return wrap
