"""A trial of small networks."""

from collections.abc import Callable

import pytest

from rr_tasks.evaluation.images.trial import Trial
from rr_tasks.reasoner.edge import EdgeReasoner
from rr_tasks.reasoner.network import ReasonerNetwork
from rr_tasks.restorer.edge import EdgeRestorer
from rr_tasks.restorer.network import RestorerNetwork
from rr_tasks.restorer.photograph import PhotographRestorer
from schemas.evaluation import PriorSource, RestorationSetting

MakeTrial = Callable[..., Trial]


@pytest.fixture
def make_trial(
    reasoner_network: Callable[[int], ReasonerNetwork],
    restorer_network: Callable[..., RestorerNetwork],
) -> MakeTrial:
    """A trial of small networks, of which the restorer changes nothing, on a data set."""

    def make(
        shards: str, priors: PriorSource = "predicted", seed: int = 0, digits: str = "ab"
    ) -> Trial:
        return Trial(
            shards,
            EdgeReasoner(reasoner_network(0), digits[0] * 64),
            PhotographRestorer(EdgeRestorer(restorer_network()), digits[1] * 64),
            RestorationSetting(priors=priors, seed=seed),
        )

    return make
