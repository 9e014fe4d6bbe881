"""Annotations of the shared data set, and a way to stop a run in the middle."""

from collections.abc import Callable
from typing import Any

import pytest
import torch

from rr_tasks.reasoner.annotation import annotate_shard, open_annotations, plan_annotation
from rr_tasks.reasoner.edge import EdgeReasoner
from rr_tasks.reasoner.network import ReasonerNetwork


@pytest.fixture(scope="session")
def annotations(dataset: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Diagnoses of every sample of the data set by an untrained reasoner."""
    torch.manual_seed(0)
    reasoner = EdgeReasoner(ReasonerNetwork(widths=(8, 8, 8), hidden=16).eval(), "0" * 64)
    spec = plan_annotation(dataset, reasoner)
    folder = open_annotations(str(tmp_path_factory.mktemp("annotations")), spec)
    for shard in (0, 1):
        annotate_shard(dataset, folder, spec, reasoner, shard)
    return folder


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

        def dying(*arguments: Any) -> Any:
            nonlocal taken
            taken += 1
            if taken > steps:
                raise PowerCut
            return loss(*arguments)

        return dying

    return wrap
