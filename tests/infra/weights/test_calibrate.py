import importlib
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import torch

from rr_tasks.reasoner.edge import EdgeReasoner
from rr_tasks.reasoner.network import ReasonerNetwork
from schemas.prior.current import DEGRADATIONS
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
        made.head[-1].bias[presence_entries()] = torch.tensor([9.0, 9.0, 9.0, -9.0])
        made.head[-1].bias[severity_entries()] = 0.5
        made.head[-1].bias[VECTOR_LENGTH : VECTOR_LENGTH + len(DEGRADATIONS)] = -2.0
    return made


def test_calibrated_deviations_are_as_large_as_the_errors(
    script: ModuleType, network: ReasonerNetwork, dataset: str
) -> None:
    reasoner = EdgeReasoner(network, "0" * 64)
    before = script.fit(script.ask(reasoner, dataset, 48))
    assert np.all(np.abs(before.deviations[:3] - 1) > 0.05)
    assert before.deviations[3] == 1.0
    kept = before._replace(slope=np.ones(4), shift=np.zeros(4))
    script.calibrate(network, kept)
    after = script.fit(script.ask(reasoner, dataset, 48))
    assert after.deviations == pytest.approx(np.ones(4), abs=1e-2)


def test_calibrated_probabilities_are_the_shares_that_are_present(script: ModuleType) -> None:
    rng = np.random.default_rng(0)
    sure = rng.normal(0, 1.5, (20000, 4))
    present = rng.random(sure.shape) < 1 / (1 + np.exp(-(0.5 * sure - 1)))
    ones = np.ones_like(sure)
    scaling = script.fit(script.Answers(sure, ones, ones, present.astype(np.float32)))
    assert scaling.slope == pytest.approx([0.5] * 4, abs=0.05)
    assert scaling.shift == pytest.approx([-1] * 4, abs=0.05)


def test_probabilities_of_a_sure_reasoner_that_is_often_wrong_are_calibrated_too(
    script: ModuleType,
) -> None:
    rng = np.random.default_rng(0)
    sure = np.repeat(rng.choice([-12.0, 12.0], 800)[:, None], 4, 1)
    present = ((sure > 0) ^ (rng.random(sure.shape) < 0.1)).astype(np.float32)
    ones = np.ones_like(sure)
    scaling = script.fit(script.Answers(sure, ones, ones, present))
    likely = 1 / (1 + np.exp(-(scaling.slope * 12.0 + scaling.shift)))
    assert likely == pytest.approx(np.full(4, 0.9), abs=0.05)


def test_nothing_else_is_altered(script: ModuleType, network: ReasonerNetwork) -> None:
    image = np.random.default_rng(0).integers(0, 256, (128, 128, 3)).astype(np.uint8)
    reasoner = EdgeReasoner(network, "0" * 64)
    with torch.no_grad():
        network.head[-1].bias[presence_entries()] = torch.tensor([1.0, 0.5, -0.5, -1.0])
    before = reasoner.predict([image])
    factors, slope, shift = np.array([[2, 1, 0.5, 1], [0.5, 1, 2, 1], [0, 0.1, 0, -1]])
    script.calibrate(network, script.Scaling(factors, slope, shift))
    after = reasoner.predict([image])
    others = np.setdiff1d(np.arange(VECTOR_LENGTH), presence_entries())
    assert np.array_equal(after.vectors[:, others], before.vectors[:, others])
    assert after.deviations / before.deviations == pytest.approx(factors[None], rel=1e-3)
    logits, scaled = (
        np.log(one / (1 - one))
        for one in (found.vectors[:, presence_entries()] for found in (before, after))
    )
    assert scaled == pytest.approx(slope * logits + shift, abs=0.05)
