"""A training run of an adapter of a Qwen restorer: encoded data, checkpoint, samples, adapter."""

from functools import partial
from importlib.metadata import version

import torch

from rr_tasks.device import choose_device
from rr_tasks.reasoner.annotation import check_belongs
from rr_tasks.restorer.qwen.adapter import add_adapter, save_adapter
from rr_tasks.restorer.qwen.check import check_room_to_train
from rr_tasks.restorer.qwen.latents import Grid
from rr_tasks.restorer.qwen.load import LIBRARIES
from rr_tasks.restorer.qwen.model import LORA_FILE, load_backbone, resolve_dtype
from rr_tasks.restorer.qwen.restorer import QwenRestorer
from rr_tasks.shards.reader import done_shards
from rr_tasks.shards.spec import read_data_spec
from rr_tasks.storage.files import join, name_of, publish_bytes
from rr_tasks.training import encoded, matching
from rr_tasks.training.dataset import check_diagnosed, check_pairs
from rr_tasks.training.encoded import EncodedBatch, Source, encode_shard, load_encoded
from rr_tasks.training.folder import finish_run
from rr_tasks.training.loop import ProgressReport, train
from rr_tasks.training.matching import matching_loss
from rr_tasks.training.objective import Objective
from rr_tasks.training.processes import deal_shards, join_processes
from rr_tasks.training.samples import draw_samples
from rr_tasks.training.settings import choose_settings
from rr_tasks.weights.snapshot import Snapshot, fetch_snapshot
from schemas.parameters.editor_training import TrainEditorParameters
from schemas.restorer import QwenRestorerChoice
from schemas.shard import spec_hash
from schemas.training import EditorRecord, EncodingSpec

SAMPLES = "samples"
"""Folder, in that of the run, of pictures of what was learned so far."""

_WARMUP_STEPS = 100
_SAMPLE_STEPS = 8
_SAMPLE_EVERY = 500


def check_editor_training(parameters: TrainEditorParameters) -> None:
    """Make sure, before any work, that there is data to learn from and a model to adapt.

    Raises:
        MissingDeviceError: the machine has no such device.
        NoShardsError, OtherDataSetError: the data set or its annotations are missing.
        UnusableWeightsError: the model is missing, or is none that restores.
        TooLittleMemoryError: the training does not fit the GPU.
    """
    choose_device(parameters.device)
    check_belongs(parameters.annotations, parameters.shards)
    check_room_to_train(parameters)


def run_editor_training(parameters: TrainEditorParameters, on_progress: ProgressReport) -> str:
    """Train an adapter with these parameters, from its checkpoint if there is one.

    Returns:
        URL of the adapter's file; if it exists already, nothing is done.

    Raises:
        OtherRunError: the folder holds a run with other settings.
        UnfinishedDataSetError, MissingDiagnosesError: the data is incomplete.
    """
    folder, device = parameters.output, choose_device(parameters.device)
    model = fetch_snapshot(parameters.start, parameters.revision)
    record = record_editor_training(parameters, model, join_processes(device).num_processes)
    target = join(folder, LORA_FILE)

    def learn() -> QwenRestorer:
        restorer = _load(parameters, model, device)
        _learn(restorer, parameters, record, on_progress)
        return restorer

    def save(restorer: QwenRestorer) -> None:
        save_adapter(restorer.trainable(), folder, record.model_dump_json())

    finish_run(folder, record, device, proof=target, learn=learn, save=save)
    return target


def record_editor_training(
    parameters: TrainEditorParameters, model: Snapshot, processes: int
) -> EditorRecord:
    """Record everything that determines the adapter of a run."""
    encoding = EncodingSpec(
        algorithm=encoded.ALGORITHM,
        model=model.revision or model.digest,
        dtype=str(resolve_dtype(parameters.dtype, choose_device(parameters.device))),
        shards=spec_hash(read_data_spec(parameters.shards)),
        annotations=name_of(parameters.annotations),
        crop_side=parameters.crop_side,
        seed=parameters.seed,
        libraries={name: version(name) for name in LIBRARIES},
    )
    return EditorRecord(
        algorithm=matching.ALGORITHM,
        processes=processes,
        settings=choose_settings(parameters, warmup_steps=_WARMUP_STEPS),
        encoding=encoding,
        storage=parameters.storage,
        rank=parameters.rank,
    )


def _load(parameters: TrainEditorParameters, model: Snapshot, device: torch.device) -> QwenRestorer:
    choice = QwenRestorerChoice(
        model=parameters.start, dtype=parameters.dtype, storage=parameters.storage
    )
    backbone = load_backbone(model, choice, device)
    return QwenRestorer(backbone, device, steps=_SAMPLE_STEPS, tile_side=parameters.crop_side)


def _learn(
    restorer: QwenRestorer,
    parameters: TrainEditorParameters,
    record: EditorRecord,
    on_progress: ProgressReport,
) -> None:
    latents = _encode_all(restorer, parameters, record.encoding)
    backbone, folder = restorer.backbone, parameters.output
    backbone.put_encoder_away()
    add_adapter(backbone.transformer, backbone.adapted, rank=record.rank, seed=parameters.seed)
    backbone.transformer.enable_gradient_checkpointing()  # type: ignore[operator]
    side = parameters.crop_side // backbone.latents.stride

    def follow(step: int, means: dict[str, float]) -> None:
        on_progress(step, means)
        if step % _SAMPLE_EVERY == 0 or step == parameters.steps:
            picture = draw_samples(restorer, shown)
            publish_bytes(picture, join(folder, SAMPLES, f"{step:06d}.jpg"))

    order = {"batch_size": parameters.batch_size, "seed": parameters.seed}
    with load_encoded(latents, done_shards(latents), Grid(side, side), **order) as batches:
        shown: EncodedBatch = batches.batch(0)
        # The last block of Qwen-Image-Edit drops its text, so parts of the adapter idle there.
        objective = Objective(backbone.transformer, partial(matching_loss, restorer), idles=True)
        train(
            objective,
            batches,
            record.settings,
            folder,
            device=restorer.device,
            on_progress=follow,
        )


def _encode_all(
    restorer: QwenRestorer, parameters: TrainEditorParameters, spec: EncodingSpec
) -> str:
    """Encode what is not encoded yet, each process its share, and return the folder."""
    markers = check_pairs(parameters.shards)
    check_diagnosed(parameters.shards, markers, parameters.annotations)
    folder = join(parameters.output, f"encoded-{spec_hash(spec)}")
    source = Source(parameters.shards, parameters.annotations)
    for marker in deal_shards(markers, restorer.device):
        encode_shard(restorer, source, folder, spec, marker.shard)
    return folder
