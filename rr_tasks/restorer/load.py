"""Loads the chosen restorer."""

from functools import lru_cache
from threading import Lock

from rr_tasks.restorer.edge import EdgeRestorer
from rr_tasks.restorer.network import RestorerNetwork
from rr_tasks.restorer.photograph import PhotographRestorer
from rr_tasks.weights.cache import Stamps, cache_by_stamp, stamp_models
from rr_tasks.weights.file import hash_weights, load_network, locate_shipped
from schemas.restorer import QwenRestorerChoice, RestorerChoice

_LOADING = Lock()
"""Held while a model is loaded, so that threads which ask at the same time share one."""


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
            with _LOADING:
                return _load_qwen(choice, stamp_models(choice.model, choice.adapter))


def check_restorer(
    choice: RestorerChoice, *, commercial: bool = False, beside: int = 0
) -> str | None:
    """Make sure, before any work, that a restorer can be had and can run on this machine.

    Args:
        choice: the restorer.
        commercial: refuse a model that is not known to allow commercial use.
        beside: bytes of the GPU's memory that a reasoner takes.

    Returns:
        The licence of a published model; None for weights of the edge restorer, which are ours or
        the user's.

    Raises:
        UnusableWeightsError, LicenceError, MissingDeviceError, TooLittleMemoryError: see
            `rr_tasks.restorer.qwen.check`.
    """
    if choice.kind == "edge":
        return None
    # Late, because each kind needs other libraries.
    from rr_tasks.restorer.qwen.check import check_qwen_restorer  # noqa: PLC0415

    return str(check_qwen_restorer(choice, commercial=commercial, beside=beside))


@cache_by_stamp
def _load_edge(weights: str | None) -> PhotographRestorer:
    url = weights or locate_shipped("edge-restorer")
    network = load_network(url, RestorerNetwork)
    return PhotographRestorer(EdgeRestorer(network).fuse(), hash_weights(url))


@lru_cache(maxsize=1)  # a second one would not fit beside it
def _load_qwen(choice: QwenRestorerChoice, _stamps: Stamps) -> PhotographRestorer:
    # Late, because each kind needs other libraries.
    from rr_tasks.restorer.qwen.load import load_qwen_restorer  # noqa: PLC0415

    return load_qwen_restorer(choice)
