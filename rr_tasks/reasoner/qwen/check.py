"""Finds out before any work whether a Qwen reasoner can be had and can run on this machine."""

from rr_tasks.device import (
    LARGE,
    TooLittleMemoryError,
    choose_device,
    device_memory,
    missing_gpu,
)
from rr_tasks.reasoner.qwen.settings import (
    GIB,
    WIDTHS,
    check_family,
    count_parameters,
    find_dtype,
    read_settings,
)
from rr_tasks.weights.file import UnusableWeightsError
from rr_tasks.weights.snapshot import fetch_settings
from schemas.reasoner import QwenReasonerChoice


def check_qwen_reasoner(choice: QwenReasonerChoice) -> int:
    """Make sure that a reasoner can be used here.

    Only its weights have to fit: batches become smaller until they do. Where `device_map` says
    where the model goes, this is left to it.

    Returns:
        The bytes that its weights take of the GPU; 0 if there is none, or with `device_map`.

    Raises:
        UnusableWeightsError: there is no such model, or this release cannot use it.
        MissingDeviceError: the model is large, and this machine has no GPU.
        TooLittleMemoryError: the model does not fit the GPU.
    """
    model = fetch_settings(choice.model, choice.revision)
    check_family(model)
    device = choose_device()
    if choice.device_map or device.type not in ("cpu", "cuda"):
        return 0
    settings = model.read_settings("config.json")
    parameters = count_parameters(settings)
    if device.type == "cpu":
        if parameters < LARGE:
            return 0
        advice = "use the edge tier or a server, or set device_map=cpu and be patient"
        raise missing_gpu(choice.model, parameters, advice)
    needed = parameters * WIDTHS[find_dtype(settings, choice.dtype)]
    available = device_memory(device)
    if needed > available:
        raise TooLittleMemoryError(
            f"{choice.model}: its weights take {needed / GIB:.0f} GiB of memory, and this GPU has "
            f"{available / GIB:.0f}; use device_map=auto to spread it, a smaller model, a smaller "
            "dtype, or a larger GPU"
        )
    return needed


def advise(name: str) -> str:
    """Say how a model runs on this machine.

    Args:
        name: of a published model, which need not be here, or a folder.
    """
    try:
        parameters = count_parameters(read_settings(name))
    except UnusableWeightsError as error:
        return str(error)
    device, weights = choose_device(), parameters * WIDTHS["bfloat16"]
    if parameters < LARGE:
        return f"runs on {device.type}"
    if device.type == "cpu":
        return f"needs a GPU ({weights / GIB:.0f} GiB of weights in bfloat16)"
    if device.type == "cuda" and weights > device_memory(device):
        return "does not fit this GPU; device_map=auto spreads it"
    return f"runs on {device.type} ({weights / GIB:.0f} GiB of weights in bfloat16)"


def is_reasoner(name: str) -> bool:
    """Whether a model is laid out as transformers does it, and not as diffusers."""
    try:
        return (fetch_settings(name).folder / "config.json").exists()
    except UnusableWeightsError:
        return False
