"""Where networks run, and how precisely they compute there."""

import os

import torch

from schemas.errors import ExpectedError
from schemas.training import DeviceName


class MissingDeviceError(ExpectedError, RuntimeError):
    """The requested device does not exist on this machine."""


class TooLittleMemoryError(ExpectedError, RuntimeError):
    """A model does not fit a device in the way that was chosen."""


LARGE = 1_000_000_000
"""Parameters from which a model takes minutes to hours for a photograph on a CPU."""


def missing_gpu(name: str, parameters: int, advice: str) -> MissingDeviceError:
    """Return the error that a model of so many parameters is too large for a CPU."""
    size = f"{parameters / 1e9:.1f} billion parameters"
    return MissingDeviceError(
        f"{name}: {size} need a GPU, and this machine has none that they can use; {advice}"
    )


def choose_device(name: DeviceName = "auto") -> torch.device:
    """Choose the device of this process.

    Of several processes on a machine with several GPUs each gets its own, by `LOCAL_RANK`, which
    `accelerate launch` and `torchrun` set.

    Args:
        name: `auto` takes the first of cuda, mps and cpu that exists.

    Raises:
        MissingDeviceError: the machine has no such device.
    """
    there = {
        "cuda": torch.cuda.is_available(),
        "mps": torch.backends.mps.is_available(),
        "cpu": True,
    }
    chosen = next(kind for kind in there if there[kind]) if name == "auto" else name
    if not there[chosen]:
        held = ", ".join(kind for kind in there if there[kind])
        raise MissingDeviceError(f"this machine has no {chosen} device; use auto or {held}")
    if chosen == "cuda":
        return torch.device("cuda", int(os.environ.get("LOCAL_RANK", "0")))
    return torch.device(chosen)


def device_memory(device: torch.device) -> int:
    """Return the memory of a CUDA device, in bytes."""
    return int(torch.cuda.get_device_properties(device).total_memory)


def autocast(device: torch.device) -> torch.autocast:
    """Compute in bfloat16 if the device does so natively, and otherwise in float32."""
    return torch.autocast(device.type, torch.bfloat16, enabled=_has_bfloat16(device))


def compute_type(device: torch.device) -> torch.dtype:
    """Return the type in which `autocast` lets networks compute on this device."""
    return torch.bfloat16 if _has_bfloat16(device) else torch.float32


def _has_bfloat16(device: torch.device) -> bool:
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    if device.type == "cpu":
        return bool(torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported())
    return False
