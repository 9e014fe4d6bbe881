"""A training run in a folder: record, checkpoint, log and, at the end, weights."""

from collections.abc import Callable

from pydantic import ValidationError
from torch import nn

from rr_tasks import weights
from rr_tasks.reasoner.annotation import check_belongs
from rr_tasks.reasoner.network import ReasonerNetwork
from rr_tasks.restorer.network import RestorerNetwork
from rr_tasks.shards.spec import read_data_spec
from rr_tasks.storage.failure import MissingFileError
from rr_tasks.storage.files import exists, join, publish_bytes, read_bytes
from rr_tasks.storage.leftovers import remove_leftovers
from rr_tasks.training.loop import CHECKPOINT, ProgressReport
from rr_tasks.training.reasoner import train_reasoner
from rr_tasks.training.restorer import train_restorer
from schemas.errors import ExpectedError
from schemas.parameters import TrainReasonerParameters, TrainRestorerParameters
from schemas.training import LoopSettings, TrainingRecord


class OtherRunError(ExpectedError, ValueError):
    """A folder already holds a training run with other settings."""


def check_reasoner_training(parameters: TrainReasonerParameters) -> None:
    """Make sure that there is something to learn from and to start from, which takes no time.

    Raises:
        NoShardsError: the folder is missing or no data set.
        UnusableWeightsError: see `rr_tasks.weights.load`.
    """
    read_data_spec(parameters.shards)
    _reasoner_start(parameters)


def check_restorer_training(parameters: TrainRestorerParameters) -> None:
    """See `check_reasoner_training`.

    Raises:
        OtherDataSetError: the annotations were made of another data set.
    """
    check_belongs(parameters.annotations, parameters.shards)
    _restorer_start(parameters)


def run_reasoner_training(parameters: TrainReasonerParameters, on_progress: ProgressReport) -> str:
    """Train a reasoner as `parameters` say, from its checkpoint if there is one.

    Returns:
        URL of the trained weights; if they are there already, nothing is done.

    Raises:
        OtherRunError: the folder holds a run with other settings.
    """
    record = TrainingRecord(
        network="edge-reasoner",
        # Averaged weights do not fit averaged batch statistics: average over the last steps only.
        settings=_settings(parameters).model_copy(
            update={"ema_decay": min(0.99, _ema_decay(parameters.steps))}
        ),
        shards=_name(parameters.shards),
        start_sha256=_digest(parameters.start),
    )

    def run(folder: str) -> nn.Module:
        start = _reasoner_start(parameters)
        settings = record.settings
        return train_reasoner(parameters.shards, settings, folder, on_progress, network=start)

    return _finish(parameters.output, record, run)


def run_restorer_training(parameters: TrainRestorerParameters, on_progress: ProgressReport) -> str:
    """Train a restorer as `parameters` say; see `run_reasoner_training`.

    Raises:
        OtherDataSetError: the annotations were made of another data set.
    """
    check_belongs(parameters.annotations, parameters.shards)
    record = TrainingRecord(
        network="edge-restorer",
        settings=_settings(parameters),
        shards=_name(parameters.shards),
        annotations=_name(parameters.annotations),
        start_sha256=_digest(parameters.start),
    )

    def run(folder: str) -> nn.Module:
        start = _restorer_start(parameters)
        data = (parameters.shards, parameters.annotations)
        return train_restorer(*data, record.settings, folder, on_progress, network=start)

    return _finish(parameters.output, record, run)


def _reasoner_start(parameters: TrainReasonerParameters) -> ReasonerNetwork | None:
    url = parameters.start
    return weights.load(ReasonerNetwork(), url, "edge-reasoner") if url else None


def _restorer_start(parameters: TrainRestorerParameters) -> RestorerNetwork | None:
    url = parameters.start
    return weights.load(RestorerNetwork(), url, "edge-restorer") if url else None


def _finish(folder: str, record: TrainingRecord, run: Callable[[str], nn.Module]) -> str:
    remove_leftovers(folder)
    target = join(folder, f"{record.network}.safetensors")
    finished = exists(target)
    _claim(folder, record, begun=finished or exists(join(folder, CHECKPOINT)))
    if not finished:
        weights.save(run(folder), target, record.network, record.model_dump(mode="json"))
    return target


def _claim(folder: str, record: TrainingRecord, *, begun: bool) -> None:
    note = join(folder, "run.json")
    if not begun:  # a run that failed before its first checkpoint does not keep the folder
        publish_bytes(record.model_dump_json(indent=2).encode(), note)
    elif _read_record(note) != record:
        raise OtherRunError(
            f"{folder} holds a training run with other settings or data (see {note}); "
            "choose another output folder"
        )


def _read_record(url: str) -> TrainingRecord:
    try:
        return TrainingRecord.model_validate_json(read_bytes(url))
    except (MissingFileError, ValidationError) as error:
        raise OtherRunError(
            f"{url}: missing or damaged, so nobody knows what the run in this folder is; choose "
            "another output folder"
        ) from error


def _settings(parameters: TrainReasonerParameters | TrainRestorerParameters) -> LoopSettings:
    return LoopSettings(
        steps=parameters.steps,
        batch_size=parameters.batch_size,
        learning_rate=parameters.learning_rate,
        warmup_steps=min(200, parameters.steps // 10),
        ema_decay=_ema_decay(parameters.steps),
        seed=parameters.seed,
        compiled=parameters.compiled,
    )


def _ema_decay(steps: int) -> float:
    """A short run must not end with the average of weights that it has long left behind."""
    return min(0.999, max(0.0, 1 - 8 / steps))


def _name(url: str) -> str:
    return url.rstrip("/").rsplit("/", 1)[-1]


def _digest(url: str | None) -> str | None:
    return weights.digest(url) if url else None
