"""Loads the chosen teacher: a vision-language model that describes scenes."""

from functools import lru_cache

from rr_tasks.reasoner.load import LOADING, OtherReasonerError
from rr_tasks.reasoner.protocol import VisionLanguageModel
from rr_tasks.reasoner.question import SCENE
from schemas.reasoner import ReasonerIdentity, TeacherChoice


def load_teacher(choice: TeacherChoice) -> VisionLanguageModel:
    """Return the chosen teacher; each process keeps it.

    Raises:
        UnusableWeightsError: see `rr_tasks.reasoner.qwen.backbone.load`.
    """
    with LOADING:
        return _load(choice)


def load_planned_teacher(choice: TeacherChoice, planned: ReasonerIdentity) -> VisionLanguageModel:
    """Load the chosen teacher, whose scenes go where those of `planned` are expected.

    Raises:
        OtherReasonerError: it would describe them otherwise.
        UnusableWeightsError: see `load_teacher`.
    """
    teacher = load_teacher(choice)
    found = teacher.identify(SCENE)
    if found != planned:
        raise OtherReasonerError(
            f"these scenes were planned with {planned}, but here there is {found}: the model was "
            "replaced meanwhile, or this machine has another release; run the same command again, "
            "with one release everywhere"
        )
    return teacher


@lru_cache(maxsize=1)
def _load(choice: TeacherChoice) -> VisionLanguageModel:
    # Each kind needs other libraries; import only those of the chosen one.
    match choice.kind:
        case "qwen":
            from rr_tasks.reasoner.qwen.model import QwenModel  # noqa: PLC0415

            return QwenModel.load(choice)
        case "remote":
            from rr_tasks.reasoner.remote.model import RemoteModel  # noqa: PLC0415

            return RemoteModel(choice)
