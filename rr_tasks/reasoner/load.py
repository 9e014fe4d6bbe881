"""Loads the chosen reasoner."""

from rr_tasks.reasoner.protocol import Reasoner
from rr_tasks.weights.cache import cache_by_stamp
from schemas.reasoner import ReasonerChoice


def load_reasoner(choice: ReasonerChoice) -> Reasoner:
    """Return the chosen reasoner; each process keeps it until its file is replaced.

    Raises:
        UnusableWeightsError: see `rr_tasks.weights.file.load_network`.
        StorageError: storage refuses.
    """
    match choice.kind:
        case "edge":
            return _load_edge(choice.weights)


@cache_by_stamp
def _load_edge(weights: str | None) -> Reasoner:
    # Each kind needs other libraries; import only those of the chosen one.
    from rr_tasks.reasoner.edge import EdgeReasoner  # noqa: PLC0415

    return EdgeReasoner.load(weights)
