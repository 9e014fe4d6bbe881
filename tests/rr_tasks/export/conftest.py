"""What is exported: the small data set, and annotations of it by an untrained reasoner."""

import os

from schemas.network import ReasonerShape

os.environ["HF_HUB_OFFLINE"] = "1"  # before `datasets` is imported: nothing here is on a hub

import pytest
import torch

from rr_tasks.export.source import Source
from rr_tasks.reasoner.edge import EdgeReasoner
from rr_tasks.reasoner.network import ReasonerNetwork
from tests.annotating import annotate_all
from tests.reasoners import RuleReasoner


@pytest.fixture(scope="session")
def annotations(dataset: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    torch.manual_seed(2)
    network = ReasonerNetwork(ReasonerShape(widths=(8, 8, 8), hidden=16)).eval()
    torch.nn.init.normal_(network.get_parameter("head.3.bias"), std=2.0)
    reasoner = EdgeReasoner(network, "e" * 64)
    return annotate_all(dataset, str(tmp_path_factory.mktemp("annotations")), reasoner)


@pytest.fixture
def bare(dataset: str) -> Source:
    return Source(dataset, None)


@pytest.fixture
def annotated(dataset: str, annotations: str) -> Source:
    return Source(dataset, annotations)


@pytest.fixture(scope="session")
def partly_annotated(dataset: str, tmp_path_factory: pytest.TempPathFactory) -> Source:
    """The data set with the annotations of a reasoner that has no answer for some of it."""
    folder = annotate_all(dataset, str(tmp_path_factory.mktemp("annotations")), RuleReasoner())
    return Source(dataset, folder)
