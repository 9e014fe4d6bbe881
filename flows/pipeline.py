"""All stages, from clean photographs to better weights, a restored archive and a report."""

from dataclasses import dataclass

from flows.annotate import annotate
from flows.digest import write_digest
from flows.host import host
from flows.learning import learn_from_judgement, learn_reasoner, learn_restorer
from flows.promote import Promoted, check_gate, promote
from flows.restore import describe_run, restore
from flows.synthesize import synthesize
from rr_tasks.alignment.run import check_method
from rr_tasks.archive.check import check_folders
from rr_tasks.degrade.archive import export_archive
from rr_tasks.engine import check_engine
from rr_tasks.evaluation.leakage import check_disjoint
from rr_tasks.storage.files import join, name_of
from rr_tasks.summary.made import Made
from rr_tasks.summary.page import write_summary
from schemas.archive import RestoreParameters, RunSummary
from schemas.parameters.annotation import AnnotateParameters
from schemas.parameters.evaluation import EvaluateParameters
from schemas.parameters.pipeline import PipelineParameters
from schemas.parameters.promotion import PromoteParameters
from schemas.parameters.synthesis import SynthesizeParameters


@dataclass(frozen=True)
class PipelineResult:
    """What the pipeline decided and produced, and the report about it."""

    promoted: Promoted
    summary: RunSummary
    report: str


def pipeline(parameters: PipelineParameters) -> PipelineResult:
    """Synthesize, train, annotate, train, align, compare with the one in use, and restore.

    Every stage keeps what an earlier run finished, so running it again repeats nothing.
    """
    work, workers, run = parameters.output, parameters.workers, host().run_stage
    _check(parameters)
    shards = run(
        synthesize,
        SynthesizeParameters(
            photographs=parameters.photographs,
            output=join(work, "shards"),
            seed=parameters.seed,
            workers=workers,
            **dict(parameters.synthesis),
        ),
    )
    reasoner = learn_reasoner(parameters, shards)
    annotations = run(
        annotate,
        AnnotateParameters(shards=shards, reasoner=reasoner, workers=workers),
        after=[shards, reasoner],
    )
    trained = learn_restorer(parameters, shards, annotations)
    candidate, alignment = learn_from_judgement(parameters, shards, annotations, trained, reasoner)
    trial = EvaluateParameters(
        photographs=parameters.heldout,
        output=join(work, "evaluation"),
        reasoner=reasoner,
        workers=workers,
    )
    champions = join(work, "champions")
    promoted = run(
        promote,
        PromoteParameters(
            candidate=candidate, champions=champions, evaluation=trial, gate=parameters.gate
        ),
        after=[candidate, reasoner],
    )
    evaluation_set = promoted.candidate.shards
    degraded = join(work, f"degraded-{name_of(evaluation_set)}")
    archive = parameters.archive or export_archive(evaluation_set, degraded)
    summary = run(
        restore,
        RestoreParameters(
            input=archive,
            output=_restored(parameters, archive),
            reasoner=reasoner,
            restorer=promoted.restorer,
            workers=workers,
        ),
        after=[promoted, reasoner],
    )
    made = Made(
        parameters=parameters,
        shards=shards,
        annotations=annotations,
        reasoner=reasoner,
        trained=trained,
        candidate=candidate,
        alignment=alignment and alignment.folder,
        champions=champions,
        in_use=promoted.restorer,
        verdict=promoted.verdict,
        so_far=promoted.champion.rows,
        measured=promoted.candidate.rows,
        evaluation=promoted.evaluation.folder,
        restored=summary,
    )
    report = write_summary(made, join(work, "report.html"))
    _publish(made, report)
    return PipelineResult(promoted, summary, report)


def _publish(made: Made, report: str) -> None:
    about = "What was made, how good it is, and where to read more"
    host().publish_note("summary", write_digest(made, report), about)
    message = f"{made.verdict.reason}; {describe_run(made.restored)}"
    host().conclude(message, failed=made.restored.archive.failed)


def _check(parameters: PipelineParameters) -> None:
    """Find out before the training what would make a later stage fail or its figures unsound."""
    check_gate(parameters.gate)
    reasoner, restorer = parameters.reasoner.start, parameters.restorer.start
    check_engine(reasoner, restorer)
    if parameters.alignment.steps:
        check_method(parameters.alignment, restorer, reasoner, parameters.device)
    check_disjoint(parameters.photographs, parameters.heldout)
    if parameters.archive is not None:
        check_folders(parameters.archive, _restored(parameters, parameters.archive))


def _restored(parameters: PipelineParameters, archive: str) -> str:
    return join(parameters.output, f"restored-{name_of(archive)}")
