"""All stages, from clean photographs to better weights and a restored archive."""

from dataclasses import dataclass

from flows.annotate import annotate
from flows.evaluate import Evaluation, evaluate
from flows.host import host
from flows.promote import promote
from flows.restore import restore
from flows.synthesize import synthesize
from flows.train import train_restorer
from rr_tasks.archive.check import check_folders
from rr_tasks.degrade.archive import export_archive
from rr_tasks.evaluation.leakage import check_disjoint
from rr_tasks.storage.files import join, name_of
from rr_tasks.training.run import record_restorer_training
from rr_tasks.weights.file import locate_shipped
from schemas.archive import RestoreParameters, RunSummary
from schemas.parameters.annotation import AnnotateParameters
from schemas.parameters.evaluation import EvaluateParameters
from schemas.parameters.pipeline import PipelineParameters
from schemas.parameters.promotion import PromoteParameters
from schemas.parameters.restorer_training import TrainRestorerParameters
from schemas.parameters.synthesis import SynthesizeParameters
from schemas.promotion import Verdict
from schemas.restorer import EdgeRestorerChoice


@dataclass(frozen=True)
class PipelineResult:
    """What the pipeline decided and produced."""

    verdict: Verdict
    evaluation: Evaluation
    summary: RunSummary


def pipeline(parameters: PipelineParameters) -> PipelineResult:
    """Synthesize, annotate, fine-tune, compare the candidate with the champion, and restore.

    Every stage keeps what an earlier run finished, so running it again repeats nothing.
    """
    work, workers, run = parameters.output, parameters.workers, host().run_stage
    _check(parameters, work)
    shards = run(
        synthesize,
        SynthesizeParameters(
            photographs=parameters.photographs,
            output=join(work, "shards"),
            samples=parameters.samples,
            seed=parameters.seed,
            workers=workers,
        ),
    )
    annotations = run(annotate, AnnotateParameters(shards=shards, workers=workers))
    candidate = run(train_restorer, _fine_tuning(parameters, shards, annotations, work))
    trial = EvaluateParameters(
        photographs=parameters.heldout, output=join(work, "evaluation"), workers=workers
    )
    champions = join(work, "champions")
    promoted = run(
        promote,
        PromoteParameters(
            candidate=EdgeRestorerChoice(weights=candidate), champions=champions, evaluation=trial
        ),
    )
    evaluation = run(evaluate, trial.model_copy(update={"restorer": promoted.restorer}))
    degraded = join(work, f"degraded-{name_of(evaluation.shards)}")
    archive = parameters.archive or export_archive(evaluation.shards, degraded)
    summary = run(
        restore,
        RestoreParameters(
            input=archive,
            output=join(work, f"restored-{name_of(archive)}"),
            restorer=promoted.restorer,
            workers=workers,
        ),
    )
    return PipelineResult(promoted.verdict, evaluation, summary)


def _check(parameters: PipelineParameters, work: str) -> None:
    """Find out before the training what would make a later stage fail or its figures unsound."""
    check_disjoint(parameters.photographs, parameters.heldout)
    if parameters.archive is not None:
        restored = join(work, f"restored-{name_of(parameters.archive)}")
        check_folders(parameters.archive, restored)


def _fine_tuning(
    parameters: PipelineParameters, shards: str, annotations: str, work: str
) -> TrainRestorerParameters:
    """Set up a training run in a folder named after everything that determines its weights."""
    training = TrainRestorerParameters(
        shards=shards,
        annotations=annotations,
        output=join(work, "training"),
        start=locate_shipped("edge-restorer"),
        steps=parameters.steps,
        learning_rate=parameters.learning_rate,
        seed=parameters.seed,
    )
    name = f"{parameters.steps}-steps-{record_restorer_training(training).digest}"
    return training.model_copy(update={"output": join(training.output, name)})
