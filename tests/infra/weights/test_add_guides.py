import importlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from rr_tasks.restorer.edge import EdgeRestorer
from rr_tasks.restorer.network import RestorerNetwork
from rr_tasks.restorer.photograph import PhotographRestorer
from schemas.prior.current import DiagnosticPrior

FOLDER = Path(__file__).parents[3] / "infra" / "weights"


def test_a_grown_restorer_restores_as_before(
    monkeypatch: pytest.MonkeyPatch,
    restorer_network: Callable[..., RestorerNetwork],
    photograph: np.ndarray,
    prior: DiagnosticPrior,
) -> None:
    monkeypatch.syspath_prepend(FOLDER)
    before = restorer_network(noise=0.05)
    after = importlib.import_module("add_guides").add_guides(before)
    assert after.shape.guides
    old, new = (
        PhotographRestorer(EdgeRestorer(network), "0" * 64).restore(photograph, prior)
        for network in (before, after)
    )
    assert np.array_equal(old, new)
    assert not np.array_equal(old, photograph)
