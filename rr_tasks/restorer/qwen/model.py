"""Loads a Qwen image model and puts its parts where they fit."""

from typing import Any

import diffusers
import torch
from diffusers import DiffusionPipeline
from diffusers.hooks import apply_group_offloading
from diffusers.utils import logging as diffusers_logging
from safetensors import SafetensorError
from safetensors.torch import load as unpack
from transformers.utils import logging as transformers_logging

from rr_tasks.device import compute_type
from rr_tasks.restorer.qwen.backbone import Backbone
from rr_tasks.restorer.qwen.edit import EditBackbone
from rr_tasks.restorer.qwen.image21 import Image21Backbone
from rr_tasks.storage.files import join, read_bytes
from rr_tasks.weights.file import UnusableWeightsError
from rr_tasks.weights.snapshot import Snapshot
from schemas.restorer import DtypeName, QwenRestorerChoice

BACKBONES: dict[str, type[EditBackbone | Image21Backbone]] = {
    "QwenImageEditPipeline": EditBackbone,
    "QwenImageEditPlusPipeline": EditBackbone,
    "QwenImage21Pipeline": Image21Backbone,
}
"""Pipelines of diffusers whose models restore, and what runs them."""

LORA_FILE = "pytorch_lora_weights.safetensors"
"""What diffusers calls the file of a LoRA in its folder."""

ADAPTER = "default"
"""Name of the adapter within a transformer, as peft gives it to new ones."""

_UNUSABLE = (OSError, ValueError, RuntimeError, KeyError, AttributeError, ImportError)
"""What diffusers and transformers raise for files that are no such model."""


diffusers_logging.disable_progress_bar()
transformers_logging.disable_progress_bar()


def check_kind(model: Snapshot) -> str:
    """Return the name of the model's pipeline, without loading anything.

    Raises:
        UnusableWeightsError: it is no image editing model of Qwen.
    """
    kind = str(model.read_settings("model_index.json").get("_class_name"))
    if kind not in BACKBONES:
        raise UnusableWeightsError(
            f"{model.name}: holds a {kind}, which cannot restore; the models that can are those of "
            f"{', '.join(BACKBONES)}"
        )
    return kind


def load_backbone(model: Snapshot, choice: QwenRestorerChoice, device: torch.device) -> Backbone:
    """Load a model's parts and put them where the choice says.

    Raises:
        UnusableWeightsError: a part or the adapter is missing, damaged, or of another model.
    """
    kind, dtype = check_kind(model), resolve_dtype(choice.dtype, device)
    try:
        pipeline = getattr(diffusers, kind).from_pretrained(
            model.folder, dtype=dtype, local_files_only=True
        )
    except _UNUSABLE as error:
        raise UnusableWeightsError(
            f"{model.name}: not usable as a {kind}: {_first_line(error)}; download it again"
        ) from error
    if choice.adapter is not None:
        _load_adapter(pipeline, choice.adapter)
    _place(pipeline, choice, device, dtype)
    return BACKBONES[kind](pipeline, device)


def resolve_dtype(name: DtypeName, device: torch.device) -> torch.dtype:
    """Return the type of the weights on a device."""
    dtype: torch.dtype = compute_type(device) if name == "auto" else getattr(torch, name)
    return dtype


def adapter_url(adapter: str) -> str:
    """Return the URL of the file of a LoRA, which may be given by its folder."""
    return adapter if adapter.endswith(".safetensors") else join(adapter, LORA_FILE)


def _load_adapter(pipeline: DiffusionPipeline, adapter: str) -> None:
    url = adapter_url(adapter)
    try:
        pipeline.load_lora_weights(unpack(read_bytes(url)), adapter_name=ADAPTER)
    except (SafetensorError, *_UNUSABLE) as error:
        raise UnusableWeightsError(
            f"{url}: not usable as a LoRA of this model: {_first_line(error)}"
        ) from error


def _place(
    pipeline: DiffusionPipeline, choice: QwenRestorerChoice, device: torch.device, dtype: Any
) -> None:
    if choice.storage == "float8":
        pipeline.transformer.enable_layerwise_casting(torch.float8_e4m3fn, compute_dtype=dtype)
    if device.type == "cpu" or choice.offload == "none":
        pipeline.to(device)
    elif choice.offload == "model":
        pipeline.enable_model_cpu_offload(device=device)
    else:
        offload_blocks(pipeline, device)


def offload_blocks(pipeline: DiffusionPipeline, device: torch.device) -> None:
    """Let weights wait in the CPU's memory until their part of a model computes.

    The next block of the transformer is fetched while one computes. The text encoder, which is
    asked once a tile, has no blocks that diffusers finds, so its layers are fetched one by one; the
    small autoencoder, which is not called as a module, stays on the device.
    """
    pipeline.vae.to(device)
    apply_group_offloading(
        pipeline.transformer,
        device,
        offload_type="block_level",
        num_blocks_per_group=1,
        use_stream=True,
    )
    apply_group_offloading(pipeline.text_encoder, device, offload_type="leaf_level")


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
