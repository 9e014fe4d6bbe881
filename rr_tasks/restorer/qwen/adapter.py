"""The adapter that learns within a frozen transformer: a LoRA, stored as diffusers stores it."""

import torch
from diffusers.training_utils import cast_training_params
from peft import LoraConfig
from peft.utils import get_peft_model_state_dict
from safetensors.torch import save as pack
from torch import nn

from rr_tasks.restorer.qwen.model import LORA_FILE
from rr_tasks.storage.files import join, publish_bytes

_OF_ADAPTER = ".lora_"
_PREFIX = "transformer."
"""How diffusers marks the part of a pipeline that a tensor belongs to."""


def add_adapter(transformer: nn.Module, targets: str, *, rank: int, seed: int) -> None:
    """Freeze a transformer and add an adapter that learns, in float32; at first it does nothing.

    Args:
        transformer: a model of diffusers, changed in place.
        targets: regular expression of the names of the linear layers to adapt.
        rank: of each of its pairs of matrices.
        seed: decides the first of each pair; the second is zero.
    """
    transformer.requires_grad_(False)
    torch.manual_seed(seed)
    settings = LoraConfig(
        r=rank, lora_alpha=rank, init_lora_weights="gaussian", target_modules=targets
    )
    transformer.add_adapter(settings)  # type: ignore[operator]
    cast_training_params(transformer, torch.float32)


def learn_adapter(transformer: nn.Module) -> None:
    """Let an adapter that was loaded learn further, in float32, and freeze all else."""
    for name, value in transformer.named_parameters():
        value.requires_grad_(_OF_ADAPTER in name)
    cast_training_params(transformer, torch.float32)


def save_adapter(transformer: nn.Module, folder: str, record: str) -> str:
    """Write the adapter for `load_lora_weights` of diffusers, and return the URL of its file.

    Args:
        transformer: with an adapter.
        folder: URL of the folder.
        record: how it was made, as JSON; stored with it.
    """
    tensors = {
        f"{_PREFIX}{name}": value.contiguous().cpu()
        for name, value in get_peft_model_state_dict(transformer).items()
    }
    url = join(folder, LORA_FILE)
    publish_bytes(pack(tensors, metadata={"format": "pt", "record": record}), url)
    return url
