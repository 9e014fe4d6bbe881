"""Tasks of a runner: one predicts a photograph or a shard of pairs, one trains and measures."""

from functools import partial
from typing import TYPE_CHECKING

from rr_tasks.evaluation.diagnosis.examination import examine, summarize
from rr_tasks.evaluation.diagnosis.prediction import predict
from rr_tasks.progress import Progress, report
from rr_tasks.reasoner.load import load_planned_reasoner
from rr_tasks.storage.claim import make_unless_held
from rr_tasks.storage.held import Held
from rr_tasks.threads import compute_in_threads, compute_threads
from schemas.assessment import AssessmentSpec
from schemas.parameters.language_training import TrainLanguageParameters
from schemas.reasoner import ReasonerChoice

if TYPE_CHECKING:  # transformers are needed only to train
    from rr_tasks.reasoner.qwen.backbone import Backbone


def predict_task(
    shard: int,
    folder: str,
    spec: AssessmentSpec,
    inputs: tuple[str, ...],
    reasoner: ReasonerChoice,
) -> str | Held:
    """See `rr_tasks.evaluation.diagnosis.prediction.predict`."""
    loaded = load_planned_reasoner(reasoner, spec.reasoner)
    return make_unless_held(lambda: predict(folder, spec, inputs, loaded, shard))


def train_language_task(parameters: TrainLanguageParameters) -> str:
    """See `rr_tasks.training.language_run.run_language_training`; it uses every core."""
    from rr_tasks.training.language_run import run_language_training  # noqa: PLC0415

    compute_in_threads(compute_threads())
    measure = partial(_measure, parameters=parameters) if parameters.validation else None
    return run_language_training(parameters, _report, measure)


def _measure(backbone: "Backbone", parameters: TrainLanguageParameters) -> dict[str, float]:
    """Measure a model that is being trained as reasoners are measured."""
    from rr_tasks.reasoner.qwen.backbone import Loaded  # noqa: PLC0415
    from rr_tasks.reasoner.qwen.model import QwenModel  # noqa: PLC0415
    from rr_tasks.reasoner.qwen.reasoner import QwenReasoner  # noqa: PLC0415

    reasoner = QwenReasoner(QwenModel(Loaded(backbone), parameters.validate_samples))
    return summarize(examine(reasoner, str(parameters.validation), parameters.validate_samples))


def _report(step: int, means: dict[str, float]) -> None:
    report(Progress("train language", step, figures=means))
