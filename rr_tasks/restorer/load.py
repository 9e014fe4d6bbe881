"""Loads the chosen restorer."""

from rr_tasks.restorer.edge import EdgeRestorer
from rr_tasks.restorer.network import RestorerNetwork
from rr_tasks.restorer.photograph import PhotographRestorer
from rr_tasks.weights.cache import cache_by_stamp
from rr_tasks.weights.file import hash_weights, load_network, locate_shipped
from schemas.restorer import RestorerChoice


def load_restorer(choice: RestorerChoice) -> PhotographRestorer:
    """Return the chosen restorer; each process keeps it until its file is replaced.

    Raises:
        UnusableWeightsError: see `rr_tasks.weights.file.load_network`.
        StorageError: storage refuses.
    """
    match choice.kind:
        case "edge":
            return _load_edge(choice.weights)


@cache_by_stamp
def _load_edge(weights: str | None) -> PhotographRestorer:
    url = weights or locate_shipped("edge-restorer")
    network = load_network(url, RestorerNetwork)
    return PhotographRestorer(EdgeRestorer(network).fuse(), hash_weights(url))
