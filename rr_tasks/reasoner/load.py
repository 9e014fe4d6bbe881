"""Loads the chosen reasoner."""

from rr_tasks.reasoner.protocol import Reasoner
from rr_tasks.weights.cache import cache_by_stamp
from schemas.errors import ExpectedError
from schemas.reasoner import ReasonerChoice, ReasonerIdentity


class OtherReasonerError(ExpectedError, ValueError):
    """A reasoner is no longer the one that a job was planned with."""


def load_reasoner(choice: ReasonerChoice) -> Reasoner:
    """Return the chosen reasoner; each process keeps it until its file is replaced.

    Raises:
        UnusableWeightsError: see `rr_tasks.weights.file.load_network`.
        StorageError: storage refuses.
    """
    match choice.kind:
        case "edge":
            return _load_edge(choice.weights)
        case "qwen":
            raise NotImplementedError("reasoners of the Qwen family")


def load_planned_reasoner(choice: ReasonerChoice, planned: ReasonerIdentity) -> Reasoner:
    """Load the chosen reasoner, whose answers go where those of `planned` are expected.

    Raises:
        OtherReasonerError: it would give other answers.
        UnusableWeightsError, StorageError: see `load_reasoner`.
    """
    reasoner = load_reasoner(choice)
    if reasoner.identity != planned:
        raise OtherReasonerError(
            f"this job was planned with {planned}, but here there is {reasoner.identity}: the "
            "weights were replaced meanwhile, or this machine has another release; run the same "
            "command again, with one release everywhere"
        )
    return reasoner


@cache_by_stamp
def _load_edge(weights: str | None) -> Reasoner:
    # Each kind needs other libraries; import only those of the chosen one.
    from rr_tasks.reasoner.edge import EdgeReasoner  # noqa: PLC0415

    return EdgeReasoner.load(weights)
