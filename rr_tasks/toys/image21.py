"""A toy of Qwen-Image-2.1: the published classes, a few 100,000 random parameters."""

import torch
from diffusers import (
    AutoencoderKLQwenImage21,
    FlowMatchEulerDiscreteScheduler,
    QwenImage21Pipeline,
    QwenImage21Transformer2DModel,
)
from transformers import Qwen3VLForConditionalGeneration, Qwen3VLProcessor

from rr_tasks.storage.scratch import scratch_folder
from rr_tasks.toys.editor import SCHEDULER
from rr_tasks.toys.reasoner import ToyShape, build_toy_reasoner

_LATENT_CHANNELS = 8


def build_toy_image21(folder: str, seed: int = 0) -> str:
    """Write a toy model in the layout of diffusers; it loads as the published one does.

    Args:
        folder: local folder to write.
        seed: decides the weights.

    Returns:
        `folder`.
    """
    shape = ToyShape()
    with scratch_folder() as reasoner:
        build_toy_reasoner(str(reasoner), shape, seed=seed)
        text_encoder = Qwen3VLForConditionalGeneration.from_pretrained(reasoner)
        processor = Qwen3VLProcessor.from_pretrained(reasoner)
    torch.manual_seed(seed)
    pipeline = QwenImage21Pipeline(
        scheduler=FlowMatchEulerDiscreteScheduler(**SCHEDULER),
        vae=AutoencoderKLQwenImage21(
            base_dim=4,
            decoder_base_dim=4,
            z_dim=_LATENT_CHANNELS,
            dim_mult=[1, 2, 4, 4, 4],
            num_res_blocks=1,
            latents_mean=[0.1] * _LATENT_CHANNELS,
            latents_std=[0.9] * _LATENT_CHANNELS,
        ),
        text_encoder=text_encoder,
        processor=processor,
        transformer=QwenImage21Transformer2DModel(
            in_channels=_LATENT_CHANNELS,
            out_channels=_LATENT_CHANNELS,
            num_layers=2,
            attention_head_dim=16,
            num_attention_heads=3,
            context_in_dim=shape.width,
            axes_dims_rope=(4, 6, 6),
        ),
    )
    pipeline.save_pretrained(folder)
    return folder
