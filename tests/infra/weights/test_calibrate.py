import importlib
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import torch

from rr_tasks.reasoner.edge import EdgeReasoner
from rr_tasks.reasoner.network import ReasonerNetwork
from schemas.prior.vector import VECTOR_LENGTH, presence_entries, severity_entries

FOLDER = Path(__file__).parents[3] / "infra" / "weights"


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(FOLDER)
    return importlib.import_module("calibrate")


@pytest.fixture
def network(reasoner_network: Callable[[int], ReasonerNetwork]) -> ReasonerNetwork:
    """Finds haze, blur and rain in everything and noise in nothing."""
    made = reasoner_network(0)
    with torch.no_grad():
        made.head[-1].bias[presence_entries()] = torch.tensor([50.0, 50.0, 50.0, -50.0])
        made.head[-1].bias[severity_entries()] = 0.5
        made.head[-1].bias[VECTOR_LENGTH:] = -2.0
    return made


def test_calibrated_deviations_are_as_large_as_the_errors(
    script: ModuleType, network: ReasonerNetwork, dataset: str
) -> None:
    reasoner = EdgeReasoner(network, "0" * 64)
    before = script.deviation_factors(reasoner, dataset, 48)
    assert before[3] == 1.0
    assert np.all(np.abs(before[:3] - 1) > 0.05)
    script.calibrate(network, before)
    assert script.deviation_factors(reasoner, dataset, 48) == pytest.approx(np.ones(4), abs=1e-2)


def test_nothing_else_is_altered(script: ModuleType, network: ReasonerNetwork) -> None:
    image = np.random.default_rng(0).integers(0, 256, (128, 128, 3)).astype(np.uint8)
    reasoner = EdgeReasoner(network, "0" * 64)
    vectors, deviations = reasoner.predict([image])
    script.calibrate(network, np.array([2, 1, 0.5, 1], np.float32))
    others, scaled = reasoner.predict([image])
    assert np.array_equal(others, vectors)
    assert scaled / deviations == pytest.approx(np.array([[2, 1, 0.5, 1]]), rel=1e-3)
