from collections.abc import Callable

import numpy as np
import torch

from rr_tasks.alignment.worst import pick, sort_out
from rr_tasks.restorer.edge import EdgeRestorer
from rr_tasks.restorer.network import RestorerNetwork
from rr_tasks.training.flow import FlowBatch
from schemas.prior.current import DiagnosticPrior
from tests.reasoners import DARK, RuleReasoner

LEVELS = (160, 240, DARK - 60, 200, 180)


def batch(prior: DiagnosticPrior) -> FlowBatch:
    """Five grey photographs; the judge takes light for haze, and rambles about the dark one."""
    grey = torch.tensor(LEVELS, dtype=torch.uint8)[:, None, None, None].expand(-1, 3, 32, 32)
    return FlowBatch(grey, grey, grey[:, :0], (prior, None, None, prior, None))


def test_the_worst_are_those_in_which_most_is_found(
    restorer_network: Callable[..., RestorerNetwork], prior: DiagnosticPrior
) -> None:
    restorer = EdgeRestorer(restorer_network())  # changes nothing
    worst, rest = sort_out(restorer, batch(prior), RuleReasoner(), 2)
    assert worst.degraded[:, 0, 0, 0].tolist() == [240, 200]
    assert worst.priors == (None, prior)
    assert rest.clean[:, 0, 0, 0].tolist() == [160, DARK - 60, 180]
    assert rest.priors == (prior, None, None)
    all_of_them, none = sort_out(restorer, batch(prior), RuleReasoner(), 5)
    assert len(all_of_them.priors) == 5
    assert none.clean.shape == (0, 3, 32, 32)


def test_photographs_are_judged_as_they_are_restored(
    restorer_network: Callable[..., RestorerNetwork], prior: DiagnosticPrior
) -> None:
    seen: list[np.ndarray] = []

    class Watched(RuleReasoner):
        def expected_severities(self, images):
            seen.extend(images)
            return super().expected_severities(images)

    restorer = EdgeRestorer(restorer_network(0.02))
    photographs = pick(batch(prior), [1, 3])
    sort_out(restorer, photographs, Watched(), 1)
    condition = restorer.prepare(
        photographs.degraded / 255, photographs.priors, photographs.guides.float()
    )
    with torch.no_grad():
        wanted = restorer.decode(
            condition.degraded - restorer.velocity(condition.degraded, torch.ones(2), condition),
            condition,
        )
    for image, expected in zip(seen, wanted, strict=True):
        assert image.dtype == np.uint8
        assert np.abs(image / 255 - expected.permute(1, 2, 0).numpy()).max() < 0.02
