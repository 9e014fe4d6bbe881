"""Loads the restorer that a user chose; the only module that names a tier."""

from rr_tasks.restorer.edge import EdgeRestorer
from rr_tasks.restorer.network import RestorerNetwork
from rr_tasks.restorer.photograph import PhotographRestorer
from rr_tasks.weights.cache import cache_by_stamp
from rr_tasks.weights.file import hash_weights, load_network, locate_shipped


@cache_by_stamp
def load_restorer(url: str | None) -> PhotographRestorer:
    """Load a restorer; it is kept in this process until its file is replaced.

    Args:
        url: its weights; None for the shipped ones.

    Raises:
        UnusableWeightsError: see `rr_tasks.weights.file.load_network`.
    """
    url = url or locate_shipped("edge-restorer")
    network = load_network(url, RestorerNetwork)
    return PhotographRestorer(EdgeRestorer(network).fuse(), hash_weights(url))
