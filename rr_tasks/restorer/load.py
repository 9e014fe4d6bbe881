"""Loads the chosen restorer."""

from functools import lru_cache

from rr_tasks.restorer.edge import EdgeRestorer
from rr_tasks.restorer.network import RestorerNetwork
from rr_tasks.restorer.photograph import PhotographRestorer
from rr_tasks.weights.cache import cache_by_stamp
from rr_tasks.weights.file import hash_weights, load_network, locate_shipped
from schemas.restorer import QwenRestorerChoice, RestorerChoice


def load_restorer(choice: RestorerChoice) -> PhotographRestorer:
    """Return the chosen restorer; each process keeps it until its file is replaced.

    Raises:
        UnusableWeightsError: there are no such weights, or they cannot be used.
        StorageError: storage refuses.
    """
    match choice.kind:
        case "edge":
            return _load_edge(choice.weights)
        case "qwen":
            return _load_qwen(choice)


@cache_by_stamp
def _load_edge(weights: str | None) -> PhotographRestorer:
    url = weights or locate_shipped("edge-restorer")
    network = load_network(url, RestorerNetwork)
    return PhotographRestorer(EdgeRestorer(network).fuse(), hash_weights(url))


@lru_cache(maxsize=1)
def _load_qwen(choice: QwenRestorerChoice) -> PhotographRestorer:
    # Late, because each kind needs other libraries.
    from rr_tasks.restorer.qwen.load import load_qwen_restorer  # noqa: PLC0415

    return load_qwen_restorer(choice)
