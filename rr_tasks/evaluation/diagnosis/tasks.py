"""Task of a runner: predicts one photograph in one setting, or one shard of pairs."""

from rr_tasks.evaluation.diagnosis.prediction import predict
from rr_tasks.reasoner.load import load_planned_reasoner
from rr_tasks.storage.claim import Held, make_unless_held
from schemas.assessment import AssessmentSpec
from schemas.reasoner import ReasonerChoice


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
