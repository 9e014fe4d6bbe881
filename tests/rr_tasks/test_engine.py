from collections.abc import Callable

import numpy as np

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
