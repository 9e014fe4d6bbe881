from collections.abc import Callable, Sequence

import numpy as np
import pytest

from rr_tasks.reasoner.edge import EdgeReasoner
from rr_tasks.reasoner.network import ReasonerNetwork
from rr_tasks.reasoner.protocol import Answer
from rr_tasks.refresh.estimate import MEASURED, Estimate, estimate_time
from rr_tasks.refresh.plan import ShardState


class Counting(EdgeReasoner):
    seen = 0

    def diagnose_all(self, images: Sequence[np.ndarray]) -> list[Answer]:
        self.seen += len(images)
        return super().diagnose_all(images)


@pytest.fixture
def reasoner(reasoner_network: Callable[[int], ReasonerNetwork]) -> Counting:
    return Counting(reasoner_network(0), "e" * 64)


def test_a_few_samples_are_diagnosed_for_all(dataset: str, reasoner: Counting) -> None:
    pending = [ShardState(0, 32, "stale"), ShardState(1, 16, "missing")]
    found = estimate_time(dataset, pending, reasoner)
    assert found is not None
    assert (found.samples, found.measured) == (48, MEASURED)
    assert found.seconds > 0
    assert reasoner.seen == 1 + MEASURED


def test_without_samples_there_is_no_estimate(dataset: str, reasoner: Counting) -> None:
    assert estimate_time(dataset, [], reasoner) is None
    assert estimate_time(dataset, [ShardState(0, 0, "missing")], reasoner) is None
    assert reasoner.seen == 0


def test_it_says_how_it_was_found_out() -> None:
    text = str(Estimate(samples=100_000, seconds=0.05, measured=16))
    assert text.startswith("About 1:23:20 (h:mm:ss) for 100,000 samples, at 0.050 s each as ")
    assert "on 16 of them" in text
