"""Finds out before any work whether there is memory to align a Qwen restorer on this machine."""

import torch

from rr_tasks.device import TooLittleMemoryError
from rr_tasks.restorer.qwen.anatomy import measure_model
from rr_tasks.restorer.qwen.check import find_gpu_memory
from rr_tasks.restorer.qwen.memory import GIB, aligning_bytes
from rr_tasks.restorer.qwen.model import check_kind, resolve_dtype
from rr_tasks.weights.snapshot import fetch_settings
from schemas.parameters.alignment import AlignmentMethod
from schemas.restorer import QwenRestorerChoice

_ELSEWHERE = "align the edge restorer, or use a machine with a CUDA GPU"


def check_room(
    method: AlignmentMethod, choice: QwenRestorerChoice, device: torch.device, beside: int
) -> None:
    """Make sure, before its weights are downloaded, that a restorer can be aligned here.

    What the choice says of `offload` is left to restoring: what learns stays on the GPU.

    Args:
        method: how it is aligned; an adapter that learns further is taken to have this rank.
        choice: the restorer.
        device: where it learns.
        beside: bytes of the GPU's memory that the judge takes.

    Raises:
        UnusableWeightsError: there is no such model, or it cannot restore.
        MissingDeviceError: the model is large, and this machine has no GPU.
        TooLittleMemoryError: the alignment does not fit the GPU.
    """
    check_kind(fetch_settings(choice.model, choice.revision))
    anatomy = measure_model(choice.model, choice.revision)
    memory = find_gpu_memory(choice.model, anatomy, device, _ELSEWHERE)
    if memory is None:
        return
    available = memory - beside
    needed = aligning_bytes(
        anatomy,
        choice.storage,
        rank=method.rank,
        follows=method.objective == "nft",
        passes=_passes(method, choice),
        crop_side=method.crop_side,
        tile_side=choice.tile_side,
        wide=resolve_dtype(choice.dtype, device).itemsize,
    )
    if needed > available:
        left = f"{available / GIB:.0f}" + (" beside the judge" if beside else "")
        raise TooLittleMemoryError(
            f"{choice.model}: aligning takes about {needed / GIB:.0f} GiB of memory, and this GPU "
            f"has {left}; use storage=float8, a shorter window, fewer groups or members, smaller "
            "crops, a judge on a server, or a larger GPU: offload helps only to restore"
        )


def _passes(method: AlignmentMethod, choice: QwenRestorerChoice) -> list[int]:
    """Count the crops of each pass through the transformer that one batch learns from.

    In the first step of their walks the members of a group are one.
    """
    groups, further = method.groups, method.window - 1
    members = groups * method.members
    if method.objective == "grpo":
        passes = [groups] + [members] * further
    else:
        passes = [members if further else groups]
    if method.supervised:
        passes.append(groups)
    return passes * (2 if choice.guidance > 1 else 1)
