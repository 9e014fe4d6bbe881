"""Finds out before any work whether a Qwen restorer can be had and can run on this machine."""

from rr_tasks.device import MissingDeviceError, choose_device, device_memory
from rr_tasks.restorer.qwen.anatomy import Anatomy, list_published, measure_model
from rr_tasks.restorer.qwen.memory import GIB, Keeping, choose_keeping, restoring_bytes
from rr_tasks.restorer.qwen.model import check_kind
from rr_tasks.weights.file import UnusableWeightsError
from rr_tasks.weights.licence import Licence, read_licence, require_commercial
from rr_tasks.weights.snapshot import fetch_snapshot
from schemas.errors import ExpectedError
from schemas.restorer import QwenRestorerChoice

_NEEDS_GPU = 1_000_000_000
"""Parameters from which a photograph takes hours on a CPU."""


class TooLittleMemoryError(ExpectedError, RuntimeError):
    """A model does not fit a device in the way that was chosen."""


def check_qwen_restorer(choice: QwenRestorerChoice, *, commercial: bool = False) -> Licence:
    """Make sure that a restorer can be used here, and return its licence.

    Args:
        choice: the restorer.
        commercial: refuse a model that is not known to allow commercial use.

    Raises:
        UnusableWeightsError: there is no such model, or it cannot restore.
        LicenceError: see `commercial`.
        MissingDeviceError: the model is large, and this machine has no GPU.
        TooLittleMemoryError: the model does not fit the GPU.
    """
    model = fetch_snapshot(choice.model, choice.revision)
    check_kind(model)
    if commercial:
        require_commercial(model)
    _check_device(choice)
    return read_licence(model)


def advise(name: str, tile_side: int = 1024) -> tuple[str, str]:
    """Return a model's licence, and how it runs on this machine, in words.

    Args:
        name: of a published model, which need not be here, or a folder.
        tile_side: height and width of tiles, in pixels.
    """
    known = list_published().get(name)
    try:
        licence = known["licence"] if known else str(read_licence(fetch_snapshot(name)))
        anatomy = measure_model(name)
    except UnusableWeightsError as error:
        return "", str(error)
    device = choose_device()
    if anatomy.total < _NEEDS_GPU:
        return licence, f"runs on {device.type}"
    if device.type != "cuda":
        return licence, "needs a CUDA GPU"
    fitting = choose_keeping(anatomy, tile_side, device_memory(device))
    return licence, _describe(anatomy, fitting, tile_side) if fitting else "does not fit this GPU"


def _check_device(choice: QwenRestorerChoice) -> None:
    anatomy, device = measure_model(choice.model, choice.revision), choose_device()
    if anatomy.total < _NEEDS_GPU:
        return
    if device.type != "cuda":
        raise MissingDeviceError(
            f"{choice.model}: {anatomy.total / 1e9:.0f} billion parameters need a CUDA GPU, and "
            "this machine has none; use the edge tier, or a machine that has one"
        )
    available = device_memory(device)
    asked, wide = Keeping(choice.storage, choice.offload), 4 if choice.dtype == "float32" else 2
    needed = restoring_bytes(anatomy, asked, choice.tile_side, wide)
    if needed <= available:
        return
    fitting = choose_keeping(anatomy, choice.tile_side, available)
    advice = _describe(anatomy, fitting, choice.tile_side) if fitting else "smaller tiles"
    raise TooLittleMemoryError(
        f"{choice.model}: restoring takes about {needed / GIB:.0f} GiB of memory, and this GPU has "
        f"{available / GIB:.0f}; use {advice}, or a larger GPU"
    )


def _describe(anatomy: Anatomy, keeping: Keeping, tile_side: int) -> str:
    size = restoring_bytes(anatomy, keeping, tile_side) / GIB
    return f"storage={keeping.storage} offload={keeping.offload} (about {size:.0f} GiB)"
