from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import torch

from rr_tasks.engine import Engine
from rr_tasks.reasoner.edge import EdgeReasoner
from rr_tasks.reasoner.network import ReasonerNetwork
from rr_tasks.restorer.edge import EdgeRestorer
from rr_tasks.restorer.network import RestorerNetwork
from rr_tasks.restorer.photograph import PhotographRestorer
from schemas.prior.current import DiagnosticPrior


def test_the_engine_diagnoses_restores_and_names_its_weights(
    reasoner_network: Callable[[int], ReasonerNetwork],
    restorer_network: Callable[..., RestorerNetwork],
    photograph: np.ndarray,
) -> None:
    engine = Engine(
        EdgeReasoner(reasoner_network(0), "a" * 64),
        PhotographRestorer(EdgeRestorer(restorer_network()), "b" * 64),
    )
    prior = engine.diagnose(photograph)
    assert isinstance(prior, DiagnosticPrior)
    assert engine.diagnose(photograph.astype(np.uint16) * 257) == prior
    assert np.array_equal(engine.restore(photograph, prior), photograph)
    assert engine.identity == f"edge reasoner {'a' * 16} restorer {'b' * 16}"


def test_threads_that_share_an_engine_get_what_each_alone_would(
    reasoner_network: Callable[[int], ReasonerNetwork],
    restorer_network: Callable[..., RestorerNetwork],
    photograph: np.ndarray,
) -> None:
    engine = Engine(
        EdgeReasoner(reasoner_network(0), "a" * 64),
        PhotographRestorer(EdgeRestorer(restorer_network(noise=0.05)), "b" * 64),
    )
    photographs = [np.roll(photograph, 40 * number, axis=1) for number in range(6)]

    def restore(pixels: np.ndarray) -> tuple[DiagnosticPrior, np.ndarray]:
        torch.set_num_threads(1)
        prior = engine.diagnose(pixels)
        return prior, engine.restore(pixels, prior)

    with ThreadPoolExecutor(1) as thread:
        one_by_one = list(thread.map(restore, photographs))
    with ThreadPoolExecutor(3) as threads:
        at_once = list(threads.map(restore, photographs))
    for (prior, pixels), (other_prior, other_pixels) in zip(one_by_one, at_once, strict=True):
        assert prior == other_prior
        assert np.array_equal(pixels, other_pixels)
    assert not np.array_equal(one_by_one[0][1], photographs[0])
