"""A training run in a folder: record, checkpoint, log and, in the end, weights."""

from collections.abc import Callable

import torch

from rr_tasks.device import choose_device
from rr_tasks.reasoner.annotation import check_belongs
from rr_tasks.reasoner.network import ReasonerNetwork
from rr_tasks.restorer.edge import EdgeRestorer
from rr_tasks.restorer.load import check_restorer, load_restorer
from rr_tasks.restorer.network import RestorerNetwork
from rr_tasks.restorer.photograph import PhotographRestorer
from rr_tasks.shards.spec import read_data_spec
from rr_tasks.storage.files import join, name_of
from rr_tasks.training import flow, reasoner
from rr_tasks.training.dataset import check_dataset
from rr_tasks.training.folder import finish_run
from rr_tasks.training.loop import ProgressReport
from rr_tasks.training.processes import deal_shards, join_processes
from rr_tasks.training.reasoner import train_reasoner
from rr_tasks.training.restorer import train_restorer
from rr_tasks.training.settings import choose_settings
from rr_tasks.training.taught import TaughtPhotographs
from rr_tasks.training.teaching import Lessons, teach_shard
from rr_tasks.weights.file import hash_weights, load_network, save_network
from rr_tasks.weights.lineage import SOURCES, list_sources, read_sources
from rr_tasks.weights.network import StoredNetwork
from schemas.errors import ExpectedError
from schemas.network import ReasonerShape, RestorerShape
from schemas.parameters.reasoner_training import TrainReasonerParameters
from schemas.parameters.restorer_training import TrainRestorerParameters
from schemas.shard import spec_hash
from schemas.training import LoopSettings, TeachingSpec, TrainingRecord

_WARMUP_STEPS = 200


class IncompleteLessonsError(ExpectedError, ValueError):
    """Unlabelled photographs come without annotations, or annotations without photographs."""


def check_reasoner_training(parameters: TrainReasonerParameters) -> None:
    """Make sure, in no time, that there is a data set to learn from and weights to start from.

    Raises:
        NoShardsError: the folder is missing or is not a data set.
        UnusableWeightsError: see `rr_tasks.weights.file.load_network`.
        MissingDeviceError: the machine has no such device.
    """
    choose_device(parameters.device)
    read_data_spec(parameters.shards)
    lessons = _find_lessons(parameters)
    if lessons is not None:
        check_belongs(lessons.annotations, lessons.photographs)
    _start_reasoner(parameters)


def check_restorer_training(parameters: TrainRestorerParameters) -> None:
    """See `check_reasoner_training`.

    Raises:
        OtherDataSetError: the annotations belong to another data set.
        UnusableWeightsError, MissingDeviceError, TooLittleMemoryError: there is no such teacher, or
            it cannot run here.
    """
    choose_device(parameters.device)
    check_belongs(parameters.annotations, parameters.shards)
    _start_restorer(parameters)
    if parameters.teacher is not None:
        check_restorer(parameters.teacher)


def run_reasoner_training(parameters: TrainReasonerParameters, on_progress: ProgressReport) -> str:
    """Train a reasoner with these parameters, from its checkpoint if there is one.

    Returns:
        URL of the trained weights; if they exist already, nothing is done.

    Raises:
        OtherRunError: the folder holds a run with other settings.
    """
    device = choose_device(parameters.device)
    record = record_reasoner_training(parameters)
    taught = _find_lessons(parameters)

    def run(folder: str) -> ReasonerNetwork:
        network = _start_reasoner(parameters)
        train_reasoner(
            network,
            parameters.shards,
            record.settings,
            taught=taught,
            folder=folder,
            device=device,
            on_progress=on_progress,
        )
        return network

    return _finish(parameters, record, device, run)


def run_restorer_training(parameters: TrainRestorerParameters, on_progress: ProgressReport) -> str:
    """Train a restorer with these parameters; see `run_reasoner_training`.

    Raises:
        OtherDataSetError: the annotations belong to another data set.
    """
    check_belongs(parameters.annotations, parameters.shards)
    device = choose_device(parameters.device)
    teacher = load_restorer(parameters.teacher) if parameters.teacher else None
    record = record_restorer_training(parameters)
    if teacher is not None:
        taught = {"teacher": teacher.digest, "teacher_share": parameters.teacher_share}
        record = record.model_copy(update=taught)

    def run(folder: str) -> RestorerNetwork:
        lessons = _take_lessons(parameters, teacher) if teacher else None
        network = _start_restorer(parameters).to(device)
        train_restorer(
            EdgeRestorer(network),
            parameters.shards,
            parameters.annotations,
            record.settings,
            crop_side=parameters.crop_side,
            spectral_weight=parameters.spectral_weight,
            lessons=lessons,
            folder=folder,
            on_progress=on_progress,
        )
        return network

    return _finish(parameters, record, device, run)


def record_reasoner_training(parameters: TrainReasonerParameters) -> TrainingRecord:
    """Record everything that determines the weights of a run."""
    settings = _settings(parameters)
    return TrainingRecord(
        network="edge-reasoner",
        algorithm=reasoner.ALGORITHM,
        processes=join_processes(choose_device(parameters.device)).num_processes,
        # Averaged weights do not fit averaged batch statistics: average over the last steps only.
        settings=settings.model_copy(update={"ema_decay": min(0.99, settings.ema_decay)}),
        shards=name_of(parameters.shards),
        annotations=parameters.annotations and name_of(parameters.annotations),
        unlabelled=parameters.unlabelled and name_of(parameters.unlabelled),
        start_sha256=_digest(parameters.start),
    )


def record_restorer_training(parameters: TrainRestorerParameters) -> TrainingRecord:
    """See `record_reasoner_training`."""
    return TrainingRecord(
        network="edge-restorer",
        algorithm=flow.ALGORITHM,
        processes=join_processes(choose_device(parameters.device)).num_processes,
        settings=_settings(parameters),
        crop_side=parameters.crop_side,
        spectral_weight=parameters.spectral_weight,
        shards=name_of(parameters.shards),
        annotations=name_of(parameters.annotations),
        start_sha256=_digest(parameters.start),
    )


def _find_lessons(parameters: TrainReasonerParameters) -> TaughtPhotographs | None:
    if parameters.unlabelled is None and parameters.annotations is None:
        return None
    if parameters.unlabelled is None or parameters.annotations is None:
        raise IncompleteLessonsError(
            "unlabelled photographs and their annotations go together: give --unlabelled and "
            "--annotations, or neither"
        )
    return TaughtPhotographs(parameters.unlabelled, parameters.annotations)


def _take_lessons(parameters: TrainRestorerParameters, teacher: PhotographRestorer) -> Lessons:
    """Let the teacher restore what it has not restored yet, each process its share."""
    markers = check_dataset(parameters.shards)
    source = spec_hash(read_data_spec(parameters.shards))
    spec = TeachingSpec(shards=source, teacher=teacher.digest)
    folder = join(parameters.output, f"taught-{spec_hash(spec)}")
    for marker in deal_shards(markers, choose_device(parameters.device)):
        teach_shard(teacher, folder, spec, parameters.shards, marker.shard)
    return Lessons(folder, parameters.teacher_share)


def _start_reasoner(parameters: TrainReasonerParameters) -> ReasonerNetwork:
    torch.manual_seed(parameters.seed)
    url = parameters.start
    return load_network(url, ReasonerNetwork) if url else ReasonerNetwork(ReasonerShape(maps=True))


def _start_restorer(parameters: TrainRestorerParameters) -> RestorerNetwork:
    torch.manual_seed(parameters.seed)
    url = parameters.start
    return (
        load_network(url, RestorerNetwork) if url else RestorerNetwork(RestorerShape(guides=True))
    )


def _finish(
    parameters: TrainReasonerParameters | TrainRestorerParameters,
    record: TrainingRecord,
    device: torch.device,
    run: Callable[[str], StoredNetwork],
) -> str:
    target = join(parameters.output, f"{record.network}.safetensors")

    def save(trained: StoredNetwork) -> None:
        sources = {SOURCES: sorted(_list_sources(parameters))}
        save_network(trained, target, record.model_dump(mode="json") | sources)

    finish_run(
        parameters.output,
        record,
        device,
        proof=target,
        learn=lambda: run(parameters.output),
        save=save,
    )
    return target


def _list_sources(
    parameters: TrainReasonerParameters | TrainRestorerParameters,
) -> frozenset[str]:
    """List what the run learned from, and what the weights that it started from did."""
    before = read_sources(parameters.start) if parameters.start else frozenset()
    return before | list_sources(name_of(parameters.shards))


def _settings(parameters: TrainReasonerParameters | TrainRestorerParameters) -> LoopSettings:
    settings = choose_settings(parameters, warmup_steps=_WARMUP_STEPS)
    return settings.model_copy(update={"compiled": parameters.compiled})


def _digest(url: str | None) -> str | None:
    return hash_weights(url) if url else None
