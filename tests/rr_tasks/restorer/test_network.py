from collections.abc import Callable

import numpy as np

from rr_tasks.restorer.edge import EdgeRestorer
from rr_tasks.restorer.network import RestorerNetwork, add_guides
from rr_tasks.restorer.photograph import PhotographRestorer
from schemas.prior.current import DiagnosticPrior


def test_a_grown_restorer_restores_as_before(
    restorer_network: Callable[..., RestorerNetwork],
    photograph: np.ndarray,
    prior: DiagnosticPrior,
) -> None:
    before = restorer_network(noise=0.05)
    after = add_guides(before)
    assert after.shape.guides
    old, new = (
        PhotographRestorer(EdgeRestorer(network), "0" * 64).restore(photograph, prior)
        for network in (before, after)
    )
    assert np.array_equal(old, new)
    assert not np.array_equal(old, photograph)
