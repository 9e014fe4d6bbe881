from collections.abc import Callable

import numpy as np
import pytest

from rr_tasks.alignment.guard import FidelityGuard, find_losses, measure_fidelity
from rr_tasks.alignment.rewards.model import RewardModel
from rr_tasks.alignment.rewards.restorations import Restorations
from rr_tasks.alignment.validation import Validation
from rr_tasks.evaluation.images.artefacts.catalogue import ARTEFACTS
from rr_tasks.photographs.pixels import Bytes
from rr_tasks.restorer.edge import EdgeRestorer
from rr_tasks.restorer.network import RestorerNetwork
from rr_tasks.restorer.photograph import PhotographRestorer
from schemas.alignment import RewardWeights
from schemas.prior.current import DiagnosticPrior
from tests.reasoners import RuleReasoner

START = {"psnr": 25.0, "ssim": 0.8, **dict.fromkeys(ARTEFACTS, 1.0), "reward": 0.5}
BETTER = {**START, "reward": 0.6}
HACKED = {**START, "psnr": 24.9, "reward": 0.9}
UGLY = {**START, "halo": 1.2, "reward": 0.9}
FAINT = {**START, "psnr": 24.96, "halo": 1.1, "reward": 0.55}


@pytest.fixture
def shown() -> list[int]:
    """The steps of which restorations were shown."""
    return []


@pytest.fixture
def guard(
    restorer_network: Callable[..., RestorerNetwork],
    photograph: Bytes,
    prior: DiagnosticPrior,
    shown: list[int],
) -> FidelityGuard:
    restorer = PhotographRestorer(EdgeRestorer(restorer_network()), "toy")
    noise = np.random.default_rng(0).normal(0, 12, photograph.shape)
    degraded = (photograph + noise).clip(0, 255).astype(np.uint8)
    weights = RewardWeights(local=0.0, naturalness=0.0)
    rewards = RewardModel(RuleReasoner(), weights)
    photographs = [Validation(degraded, photograph, prior)]
    return FidelityGuard(restorer, photographs, rewards, lambda step, made: shown.append(step))


@pytest.mark.parametrize(
    ("history", "verdicts"),
    [
        ([START], "keep"),
        ([START, BETTER], "keep"),
        ([START, BETTER, FAINT], "go on"),
        ([START, FAINT, BETTER], "keep"),
        ([START, HACKED], "go on"),
        ([START, HACKED, BETTER], "keep"),
        ([START, BETTER, HACKED, UGLY], "stop"),
        ([START, HACKED, FAINT, HACKED], "go on"),
    ],
)
def test_learning_stops_when_fidelity_stays_lost(
    guard: FidelityGuard, history: list[dict[str, float]], verdicts: str
) -> None:
    assert guard.judge(history) == verdicts


def test_losses_are_named() -> None:
    assert find_losses(START, START) == []
    assert find_losses(START, FAINT) == []
    assert find_losses(START, {**HACKED, "ssim": 0.7, "cast": 2.0}) == ["psnr", "ssim", "cast"]


def test_it_measures_what_the_network_makes_of_its_photographs(
    guard: FidelityGuard, photograph: Bytes, shown: list[int]
) -> None:
    measures = guard.measure(3)
    assert set(measures) == set(START)
    assert 20 < measures["psnr"] < 30  # it changes nothing yet
    assert guard.measure(6) == measures
    assert shown == [3, 6]
    perfect = measure_fidelity(Restorations([photograph], [photograph], [photograph]))
    assert perfect["psnr"] == 60.0
    assert not find_losses(measures, {**measures, **perfect})
