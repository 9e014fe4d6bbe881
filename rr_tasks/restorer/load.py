"""Makes the restorer that a user chose: the one place that names a tier."""

from rr_tasks import weights
from rr_tasks.restorer.edge import EdgeRestorer
from rr_tasks.restorer.network import RestorerNetwork
from rr_tasks.restorer.photograph import PhotographRestorer
from rr_tasks.weights.cache import cache_by_stamp


@cache_by_stamp
def load_restorer(url: str | None) -> PhotographRestorer:
    """Load a restorer; it is kept in this process until its file is replaced.

    Args:
        url: its weights; None for the shipped ones.

    Raises:
        UnusableWeightsError: see `rr_tasks.weights.load`.
    """
    url = url or weights.shipped("edge-restorer")
    network = weights.load(RestorerNetwork(), url, "edge-restorer")
    return PhotographRestorer(EdgeRestorer(network), weights.digest(url))
