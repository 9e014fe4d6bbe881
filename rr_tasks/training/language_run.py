"""A training run of a vision-language model: checkpoint, log, and in the end model or adapter."""

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path

import torch
from peft import PeftModel
from transformers import AutoModelForImageTextToText, PreTrainedModel

from rr_tasks.device import choose_device
from rr_tasks.reasoner.annotation import check_belongs
from rr_tasks.reasoner.question import DIAGNOSIS, RATING
from rr_tasks.reasoner.qwen.adapter import add_adapter
from rr_tasks.reasoner.qwen.backbone import Backbone, load_processor
from rr_tasks.reasoner.qwen.plan import check_room_to_train
from rr_tasks.reasoner.qwen.settings import check_family
from rr_tasks.shards.spec import read_data_spec
from rr_tasks.storage.files import join, name_of, publish
from rr_tasks.storage.scratch import scratch_folder
from rr_tasks.toys.reasoner import build_toy_reasoner
from rr_tasks.training import language
from rr_tasks.training.folder import finish_run
from rr_tasks.training.language import language_loss
from rr_tasks.training.lessons import load_lessons
from rr_tasks.training.log import TrainingLog
from rr_tasks.training.loop import ProgressReport, train
from rr_tasks.training.model_card import write_card
from rr_tasks.training.objective import Objective
from rr_tasks.training.processes import join_processes
from rr_tasks.training.rounds import Batch
from rr_tasks.training.settings import choose_settings
from rr_tasks.weights.lineage import RECORD, SOURCES, list_sources, read_folder_sources
from rr_tasks.weights.snapshot import Snapshot, fetch_snapshot
from schemas.parameters.language_training import TrainLanguageParameters
from schemas.training import LanguageRecord

CARD = "README.md"
"""Written last, so that what it stands beside is whole."""

CHECKPOINT_EVERY = 100
"""Steps, each of which may take seconds."""

FOLDERS = {"adapter": "adapter", "full": "model"}
"""Where in the folder of a run lies what was learned."""

_START = "start"
_WARMUP_STEPS = 100

Examine = Callable[[Backbone], dict[str, float]]
"""Measures a model that is being trained, on photographs that it does not learn from."""


def check_language_training(parameters: TrainLanguageParameters) -> None:
    """Make sure, before any work, that there is data to learn from and a model to start from.

    Raises:
        MissingDeviceError: the machine has no such device.
        NoShardsError, OtherDataSetError: a data set is missing.
        UnusableWeightsError: the model is missing, or is none that reads photographs.
        TooLittleMemoryError: the training does not fit the GPU.
    """
    choose_device(parameters.device)
    read_data_spec(parameters.shards)
    if parameters.annotations:
        check_belongs(parameters.annotations, parameters.shards)
    if parameters.validation:
        read_data_spec(parameters.validation)
    if parameters.start:
        check_room_to_train(parameters)


def run_language_training(
    parameters: TrainLanguageParameters, on_progress: ProgressReport, examine: Examine | None = None
) -> str:
    """Train a model or an adapter with these parameters, from the checkpoint if there is one.

    Args:
        parameters: what to learn from, where to begin, and how long.
        on_progress: called every few steps, also with what `examine` found.
        examine: called every `validate_every` steps.

    Returns:
        URL of the folder of what was learned; if it is whole already, nothing is done.

    Raises:
        OtherRunError: the folder holds a run with other settings.
        UnfinishedDataSetError: some shards have not been made.
        UnusableWeightsError: the model cannot be loaded.
    """
    folder, device = parameters.output, choose_device(parameters.device)
    processes = join_processes(device)
    snapshot = _find_start(parameters, writes=processes.is_main_process)
    processes.wait_for_everyone()
    record = record_language_training(parameters, snapshot, processes.num_processes)
    target = join(folder, FOLDERS[parameters.learn])

    def learn() -> Backbone:
        backbone = _load(parameters, snapshot, device)
        follow = _follow(backbone, parameters, on_progress, examine)
        _learn(backbone, parameters, record, device, follow)
        return backbone

    def save(backbone: Backbone) -> None:
        _publish(backbone, record, snapshot, target)

    finish_run(folder, record, device, proof=join(target, CARD), learn=learn, save=save)
    return target


def _find_start(parameters: TrainLanguageParameters, *, writes: bool) -> Snapshot:
    if parameters.start:
        return fetch_snapshot(parameters.start, parameters.revision)
    folder = Path(parameters.output, _START)
    if writes:  # the same files each time
        build_toy_reasoner(folder, seed=parameters.seed)
    return Snapshot("a toy with random weights", folder, None)


def record_language_training(
    parameters: TrainLanguageParameters, snapshot: Snapshot, processes: int
) -> LanguageRecord:
    """Record everything that determines what a run learns."""
    settings = choose_settings(parameters, warmup_steps=_WARMUP_STEPS)
    return LanguageRecord(
        algorithm=language.ALGORITHM,
        processes=processes,
        settings=settings.model_copy(update={"checkpoint_every": CHECKPOINT_EVERY}),
        model=snapshot.revision or snapshot.digest,
        learn=parameters.learn,
        rank=parameters.rank if parameters.learn == "adapter" else None,
        dtype=parameters.dtype,
        rating_share=parameters.rating_share,
        measured_scenes=parameters.measured_scenes,
        prompts=(DIAGNOSIS.version, RATING.version),
        shards=name_of(parameters.shards),
        annotations=parameters.annotations and name_of(parameters.annotations),
    )


def _load(
    parameters: TrainLanguageParameters, snapshot: Snapshot, device: torch.device
) -> Backbone:
    """Load what is to learn: the whole model in float32, or an adapter on a frozen model."""
    check_family(snapshot)
    whole = parameters.learn == "full"
    model: PreTrainedModel | PeftModel = AutoModelForImageTextToText.from_pretrained(
        snapshot.folder,
        dtype=torch.float32 if whole else parameters.dtype,
        attn_implementation=parameters.attention,
        trust_remote_code=False,
    )
    if parameters.checkpointing:  # compute again what would not fit
        model.gradient_checkpointing_enable({"use_reentrant": False})
    if not whole:
        model = add_adapter(model, rank=parameters.rank, seed=parameters.seed)
    return Backbone(model.to(device), load_processor(snapshot.folder))


def _learn(
    backbone: Backbone,
    parameters: TrainLanguageParameters,
    record: LanguageRecord,
    device: torch.device,
    on_progress: ProgressReport,
) -> None:
    objective: Objective[Batch] = Objective(backbone.model, partial(language_loss, backbone.model))
    with load_lessons(
        parameters.shards,
        backbone.processor,
        batch_size=parameters.batch_size,
        seed=parameters.seed,
        rating_share=parameters.rating_share,
        measured_scenes=parameters.measured_scenes,
        annotations=parameters.annotations,
    ) as batches:
        train(
            objective,
            batches,
            record.settings,
            parameters.output,
            device=device,
            on_progress=on_progress,
        )


def _follow(
    backbone: Backbone,
    parameters: TrainLanguageParameters,
    on_progress: ProgressReport,
    examine: Examine | None,
) -> ProgressReport:
    """Report progress, and now and then how the model does on photographs it does not learn.

    The latter is also kept in `validation.jsonl`.
    """
    log = join(parameters.output, "validation.jsonl")

    def follow(step: int, means: dict[str, float]) -> None:
        if examine and (step % parameters.validate_every == 0 or step == parameters.steps):
            backbone.model.eval()
            found = examine(backbone)
            backbone.model.train()
            TrainingLog(log, step - 1).append({"step": step, **found})
            means = means | found
        on_progress(step, means)

    return follow


def _publish(backbone: Backbone, record: LanguageRecord, snapshot: Snapshot, target: str) -> None:
    """Write what was learned as transformers and peft load it, the card last."""
    with scratch_folder() as folder:
        backbone.model.save_pretrained(folder)
        backbone.processor.save_pretrained(folder)
        sources = read_folder_sources(str(snapshot.folder)) | list_sources(record.shards)
        note = record.model_dump(mode="json") | {SOURCES: sorted(sources)}
        (folder / RECORD).write_text(json.dumps(note, indent=2), encoding="utf-8")
        (folder / CARD).write_text(write_card(record, snapshot.name), encoding="utf-8")
        for path in sorted(folder.rglob("*"), key=lambda path: path.name == CARD):
            if path.is_file():
                publish(path, join(target, *path.relative_to(folder).parts))
