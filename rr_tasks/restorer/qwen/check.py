"""Finds out before any work whether a Qwen restorer can be had and can run on this machine."""

import torch

from rr_tasks.device import (
    LARGE,
    TooLittleMemoryError,
    choose_device,
    device_memory,
    missing_gpu,
)
from rr_tasks.restorer.qwen.anatomy import Anatomy, list_published, measure_model
from rr_tasks.restorer.qwen.memory import (
    GIB,
    Keeping,
    choose_keeping,
    restoring_bytes,
    training_bytes,
)
from rr_tasks.restorer.qwen.model import check_kind, resolve_dtype
from rr_tasks.weights.file import UnusableWeightsError
from rr_tasks.weights.licence import Licence, read_licence, require_commercial
from rr_tasks.weights.snapshot import fetch_settings
from schemas.parameters.editor_training import TrainEditorParameters
from schemas.restorer import QwenRestorerChoice

_ELSEWHERE = "use the edge tier, or a machine with a CUDA GPU"


def check_qwen_restorer(
    choice: QwenRestorerChoice, *, commercial: bool = False, beside: int = 0
) -> Licence:
    """Make sure, before its weights are downloaded, that a restorer can be used here.

    Args:
        choice: the restorer.
        commercial: refuse a model that is not known to allow commercial use.
        beside: bytes of the GPU's memory that a reasoner takes.

    Returns:
        Its licence.

    Raises:
        UnusableWeightsError: there is no such model, or it cannot restore.
        LicenceError: see `commercial`.
        MissingDeviceError: the model is large, and this machine has no GPU.
        TooLittleMemoryError: the model does not fit the GPU.
    """
    model = fetch_settings(choice.model, choice.revision)
    check_kind(model)
    if commercial:
        require_commercial(model)
    _check_device(choice, beside)
    return read_licence(model)


def check_room_to_train(parameters: TrainEditorParameters) -> None:
    """Make sure, before its weights are downloaded, that a model can be adapted here.

    Raises:
        UnusableWeightsError: there is no such model, or it cannot restore.
        MissingDeviceError: the model is large, and this machine has no GPU.
        TooLittleMemoryError: the training does not fit the GPU.
    """
    check_kind(fetch_settings(parameters.start, parameters.revision))
    anatomy = measure_model(parameters.start, parameters.revision)
    device = choose_device(parameters.device)
    available = find_gpu_memory(parameters.start, anatomy, device)
    if available is None:
        return
    needed = training_bytes(
        anatomy,
        parameters.storage,
        rank=parameters.rank,
        crop_side=parameters.crop_side,
        batch_size=parameters.batch_size,
        wide=resolve_dtype(parameters.dtype, device).itemsize,
    )
    if needed > available:
        raise TooLittleMemoryError(
            f"{parameters.start}: training takes about {needed / GIB:.0f} GiB of memory, and this "
            f"GPU has {available / GIB:.0f}; use storage=float8, smaller crops or batches, or a "
            "larger GPU: --plan shows what they take"
        )


def find_gpu_memory(
    name: str, anatomy: Anatomy, device: torch.device, advice: str = _ELSEWHERE
) -> int | None:
    """Return the bytes of the GPU that a large model needs, or None for one that runs anywhere.

    Args:
        name: of the model.
        anatomy: its size.
        device: where it is to run.
        advice: what to do if that is no GPU.

    Raises:
        MissingDeviceError: the model is large, and the device no GPU.
    """
    if anatomy.total < LARGE:
        return None
    if device.type != "cuda":
        raise missing_gpu(name, anatomy.total, advice)
    return device_memory(device)


def advise(name: str, tile_side: int = 1024) -> tuple[str, str]:
    """Return a model's licence, and how it runs on this machine, in words.

    Args:
        name: of a published model, which need not be here, or a folder.
        tile_side: height and width of tiles, in pixels.
    """
    known = list_published().get(name)
    try:
        licence = known["licence"] if known else str(read_licence(fetch_settings(name)))
        anatomy = measure_model(name)
    except UnusableWeightsError as error:
        return "", str(error)
    device = choose_device()
    if anatomy.total < LARGE:
        return licence, f"runs on {device.type}"
    if device.type != "cuda":
        return licence, "needs a CUDA GPU"
    fitting = choose_keeping(anatomy, tile_side, device_memory(device))
    return licence, _describe(anatomy, fitting, tile_side) if fitting else "does not fit this GPU"


def _check_device(choice: QwenRestorerChoice, beside: int) -> None:
    anatomy, device = measure_model(choice.model, choice.revision), choose_device()
    memory = find_gpu_memory(choice.model, anatomy, device)
    if memory is None:
        return
    available = memory - beside
    wide = resolve_dtype(choice.dtype, device).itemsize
    asked = Keeping(choice.storage, choice.offload)
    needed = restoring_bytes(anatomy, asked, choice.tile_side, wide)
    if needed <= available:
        return
    fitting = choose_keeping(anatomy, choice.tile_side, available)
    advice = _describe(anatomy, fitting, choice.tile_side) if fitting else "smaller tiles"
    left = f"{available / GIB:.0f}" + (" beside the reasoner" if beside else "")
    raise TooLittleMemoryError(
        f"{choice.model}: restoring takes about {needed / GIB:.0f} GiB of memory, and this GPU has "
        f"{left}; use {advice}, or a larger GPU"
    )


def _describe(anatomy: Anatomy, keeping: Keeping, tile_side: int) -> str:
    size = restoring_bytes(anatomy, keeping, tile_side) / GIB
    return f"storage={keeping.storage} offload={keeping.offload} (about {size:.0f} GiB)"
