"""The stages of the pipeline that learn, whatever kind of models it starts from.

Each run has a folder of its own, named after everything that decides what it learns.
"""

from typing import Any, TypeVar

from flows.align import Alignment, align
from flows.host import host
from flows.train import train_editor, train_language, train_reasoner, train_restorer
from rr_tasks.alignment.run import record_alignment
from rr_tasks.device import choose_device
from rr_tasks.storage.files import join
from rr_tasks.training.processes import join_processes
from rr_tasks.training.run import record_reasoner_training, record_restorer_training
from rr_tasks.weights.file import locate_shipped
from rr_tasks.weights.snapshot import fetch_snapshot
from schemas.parameters.alignment import AlignParameters
from schemas.parameters.base import Parameters
from schemas.parameters.editor_training import TrainEditorParameters
from schemas.parameters.language_training import TrainLanguageParameters
from schemas.parameters.pipeline import PipelineParameters
from schemas.parameters.reasoner_training import TrainReasonerParameters
from schemas.parameters.restorer_training import TrainRestorerParameters
from schemas.reasoner import EdgeReasonerChoice, QwenReasonerChoice, ReasonerChoice
from schemas.restorer import EdgeRestorerChoice, QwenRestorerChoice, RestorerChoice
from schemas.training import DeviceName, RunRecord

ParametersT = TypeVar("ParametersT", bound=Parameters)


def learn_reasoner(asked: PipelineParameters, shards: str) -> ReasonerChoice:
    """Train the reasoner on the truth of the data set; without steps, return it as it is."""
    start = asked.reasoner.start
    if not asked.reasoner.steps or start.kind == "remote":
        return start
    common: dict[str, Any] = {
        "shards": shards,
        "output": join(asked.output, "reasoner"),
        "seed": asked.seed,
        "device": asked.device,
        **asked.reasoner.chosen(),
    }
    if start.kind == "edge":
        weights = start.weights or locate_shipped("edge-reasoner")
        edge = TrainReasonerParameters(start=weights, **common)
        edge = _in_own_folder(edge, record_reasoner_training(edge))
        weights = host().run_stage(train_reasoner, edge, after=[shards])
        return EdgeReasonerChoice(weights=weights)
    return _teach_language(start, common)


def learn_restorer(asked: PipelineParameters, shards: str, annotations: str) -> RestorerChoice:
    """Train the restorer on the data set and its priors; without steps, return it as it is."""
    start = asked.restorer.start
    if not asked.restorer.steps:
        return start
    common: dict[str, Any] = {
        "shards": shards,
        "annotations": annotations,
        "output": join(asked.output, "training"),
        "seed": asked.seed,
        "device": asked.device,
        **asked.restorer.chosen(),
    }
    if start.kind == "edge":
        weights = start.weights or locate_shipped("edge-restorer")
        edge = TrainRestorerParameters(start=weights, **common)
        edge = _in_own_folder(edge, record_restorer_training(edge))
        weights = host().run_stage(train_restorer, edge, after=[shards, annotations])
        return EdgeRestorerChoice(weights=weights)
    return _adapt_editor(start, common)


def learn_from_judgement(
    asked: PipelineParameters,
    shards: str,
    annotations: str,
    restorer: RestorerChoice,
    judge: ReasonerChoice,
) -> tuple[RestorerChoice, Alignment | None]:
    """Align the restorer with the reasoner's judgement; without steps, return it as it is."""
    if not asked.alignment.steps:
        return restorer, None
    parameters = AlignParameters(
        shards=shards,
        annotations=annotations,
        output=join(asked.output, "alignment"),
        restorer=restorer,
        judge=judge,
        seed=asked.seed,
        device=asked.device,
        **dict(asked.alignment),
    )
    parameters = _in_own_folder(parameters, record_alignment(parameters))
    needed = [shards, annotations, restorer, judge]
    aligned = host().run_stage(align, parameters, after=needed)
    learned = "weights" if restorer.kind == "edge" else "adapter"
    return restorer.model_copy(update={learned: aligned.weights}), aligned


def _teach_language(start: QwenReasonerChoice, common: dict[str, Any]) -> ReasonerChoice:
    # Late, because only models of Qwen need transformers and peft.
    from rr_tasks.training.language_run import record_language_training  # noqa: PLC0415

    parameters = TrainLanguageParameters(start=start.model, revision=start.revision, **common)
    model = fetch_snapshot(start.model, start.revision)
    processes = _count_processes(parameters.device)
    record = record_language_training(parameters, model, processes)
    parameters = _in_own_folder(parameters, record)
    learned = host().run_stage(train_language, parameters, after=[common["shards"]])
    changed = {"adapter": learned} if parameters.learn == "adapter" else {"model": learned}
    return start.model_copy(update=changed)


def _adapt_editor(start: QwenRestorerChoice, common: dict[str, Any]) -> RestorerChoice:
    # Late, because only models of Qwen need diffusers and peft.
    from rr_tasks.training.editor import record_editor_training  # noqa: PLC0415

    parameters = TrainEditorParameters(
        start=start.model,
        revision=start.revision,
        dtype=start.dtype,
        storage=start.storage,
        **common,
    )
    model = fetch_snapshot(start.model, start.revision)
    processes = _count_processes(parameters.device)
    parameters = _in_own_folder(parameters, record_editor_training(parameters, model, processes))
    needed = [common["shards"], common["annotations"]]
    adapter = host().run_stage(train_editor, parameters, after=needed)
    return start.model_copy(update={"adapter": adapter})


def _count_processes(device: DeviceName) -> int:
    return int(join_processes(choose_device(device)).num_processes)


def _in_own_folder(parameters: ParametersT, record: RunRecord) -> ParametersT:
    """Name the folder of a run after everything that decides what it learns."""
    settings: Any = parameters
    folder = join(settings.output, f"{settings.steps}-steps-{record.digest}")
    return parameters.model_copy(update={"output": folder})
