"""Annotations of the shared data set, made-up markers, and a way to stop a run in the middle."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest
import torch

from rr_tasks.reasoner.annotation import annotate_shard, open_annotations, plan_annotation
from rr_tasks.reasoner.edge import EdgeReasoner
from rr_tasks.reasoner.network import ReasonerNetwork
from rr_tasks.training.epochs import Epochs
from schemas.network import ReasonerShape
from schemas.shard import DoneMarker
from tests.reasoners import RuleReasoner


@pytest.fixture(scope="session")
def annotations(dataset: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Diagnoses of every sample of the data set by an untrained reasoner."""
    torch.manual_seed(0)
    reasoner = EdgeReasoner(
        ReasonerNetwork(ReasonerShape(widths=(8, 8, 8), hidden=16)).eval(), "0" * 64
    )
    spec = plan_annotation(dataset, reasoner)
    folder = open_annotations(str(tmp_path_factory.mktemp("annotations")), spec)
    for shard in (0, 1):
        annotate_shard(dataset, folder, spec, reasoner, shard)
    return folder


@pytest.fixture(scope="session")
def partly_annotated(dataset: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Annotations by a reasoner that has no answer for some samples of the first shard."""
    reasoner = RuleReasoner()
    spec = plan_annotation(dataset, reasoner)
    folder = open_annotations(str(tmp_path_factory.mktemp("annotations")), spec)
    for shard in (0, 1):
        annotate_shard(dataset, folder, spec, reasoner, shard)
    return folder


def markers(counts: Sequence[int]) -> list[DoneMarker]:
    """Done markers of shards with so many samples; every third number is left out."""
    return [
        DoneMarker(
            shard=number + number // 2,
            samples=count,
            failures=0,
            size_bytes=0,
            sha256="0" * 64,
            spec_hash="0" * 16,
            schema_version=1,
            code_version="0",
            finished_at="",
        )
        for number, count in enumerate(counts)
    ]


@pytest.fixture(scope="session")
def make_markers() -> Callable[[Sequence[int]], list[DoneMarker]]:
    """Makes done markers of shards with so many samples."""
    return markers


@pytest.fixture(scope="session")
def deal() -> Callable[..., Epochs]:
    """Deals out shards with so many samples."""

    def make(counts: Sequence[int], **options: int) -> Epochs:
        chosen = {"samples_per_round": 8, "seed": 0, "rank": 0, "ranks": 1, **options}
        return Epochs(markers(counts), **chosen)

    return make


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
