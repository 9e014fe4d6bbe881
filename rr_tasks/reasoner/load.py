"""Loads the chosen reasoner."""

from functools import lru_cache
from threading import Lock

from rr_tasks.reasoner.protocol import Reasoner
from rr_tasks.weights.cache import Stamps, cache_by_stamp, stamp_models
from rr_tasks.weights.file import locate_shipped
from schemas.errors import ExpectedError
from schemas.reasoner import QwenReasonerChoice, ReasonerChoice, ReasonerIdentity
from schemas.remote import RemoteReasonerChoice

LOADING = Lock()
"""Held while a model is loaded, so that threads which ask at the same time share one."""


class OtherReasonerError(ExpectedError, ValueError):
    """A reasoner is no longer the one that a job was planned with."""


def load_reasoner(choice: ReasonerChoice) -> Reasoner:
    """Return the chosen reasoner; each process keeps it until its file is replaced.

    Raises:
        UnusableWeightsError: see `rr_tasks.weights.file.load_network`, and, for models of the Qwen
            family, `rr_tasks.reasoner.qwen.backbone.load`.
        UnavailableServerError, RefusingServerError: a server does not answer, or not to us.
        StorageError: storage refuses.
    """
    match choice.kind:
        case "edge":
            return _load_edge(choice.weights)
        case "qwen":
            with LOADING:
                return _load_qwen(choice, stamp_models(choice.model, choice.adapter))
        case "remote":
            with LOADING:
                return _load_remote(choice)


def load_second_judge() -> Reasoner:
    """Return the second reasoner that is shipped, which reports on restorations, and never rewards.

    Raises:
        UnusableWeightsError: see `load_reasoner`.
    """
    return _load_edge(locate_shipped("edge-judge"))


def check_reasoner(choice: ReasonerChoice) -> int:
    """Make sure, before any work, that a local model can be had and can run on this machine.

    Returns:
        The bytes that it takes of a GPU that it shares with the restorer.

    Raises:
        UnusableWeightsError, MissingDeviceError, TooLittleMemoryError: see
            `rr_tasks.reasoner.qwen.check`.
    """
    if choice.kind != "qwen":
        return 0
    # Late, because each kind needs other libraries.
    from rr_tasks.reasoner.qwen.check import check_qwen_reasoner  # noqa: PLC0415

    return check_qwen_reasoner(choice)


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


@lru_cache(maxsize=4)
def _load_remote(choice: RemoteReasonerChoice) -> Reasoner:
    from rr_tasks.reasoner.remote.reasoner import RemoteReasoner  # noqa: PLC0415

    return RemoteReasoner(choice)


@cache_by_stamp
def _load_edge(weights: str | None) -> Reasoner:
    # Each kind needs other libraries; import only those of the chosen one.
    from rr_tasks.reasoner.edge import EdgeReasoner  # noqa: PLC0415

    return EdgeReasoner.load(weights)


@lru_cache(maxsize=1)  # a second one would not fit beside it
def _load_qwen(choice: QwenReasonerChoice, _stamps: Stamps) -> Reasoner:
    from rr_tasks.reasoner.qwen.model import QwenModel  # noqa: PLC0415
    from rr_tasks.reasoner.qwen.reasoner import QwenReasoner  # noqa: PLC0415

    return QwenReasoner(QwenModel.load(choice))
