"""A toy of Qwen-Image-Edit: the published classes, a few 100,000 random parameters."""

from typing import Any, Literal, TypeAlias

import torch
from diffusers import (
    AutoencoderKLQwenImage,
    FlowMatchEulerDiscreteScheduler,
    QwenImageEditPipeline,
    QwenImageEditPlusPipeline,
    QwenImageTransformer2DModel,
)
from transformers import (
    Qwen2_5_VLConfig,
    Qwen2_5_VLForConditionalGeneration,
    Qwen2Tokenizer,
    Qwen2VLImageProcessor,
    Qwen2VLProcessor,
)
from transformers.models.qwen2_vl.video_processing_qwen2_vl import Qwen2VLVideoProcessor
from transformers.utils import logging as transformers_logging

from rr_tasks.toys.tokenizer import train_tokenizer
from schemas.prior.prompt import PROMPT

transformers_logging.disable_progress_bar()  # of files

EditorVariant: TypeAlias = Literal["edit", "2509", "2511"]
"""Qwen-Image-Edit and its two successors."""

_HIDDEN = 16
_LATENT_CHANNELS = 4
_DEVIATION = 0.3
"""Of the text encoder's weights: so large that its attention depends on what it reads."""
_SIDE = 28
"""Pixels that a picture's token spans; one side of the smallest picture that the toy is shown."""

SCHEDULER = {
    "base_image_seq_len": 256,
    "base_shift": 0.5,
    "max_image_seq_len": 8192,
    "max_shift": 0.9,
    "num_train_timesteps": 1000,
    "shift": 1.0,
    "shift_terminal": 0.02,
    "time_shift_type": "exponential",
    "use_dynamic_shifting": True,
}
"""The schedule as published with Qwen-Image-Edit."""


def build_toy_editor(folder: str, variant: EditorVariant = "edit", seed: int = 0) -> str:
    """Write a toy model in the layout of diffusers; it loads as a published one does.

    Args:
        folder: local folder to write.
        variant: 2509 and 2511 are of the Plus pipeline, 2511 with `zero_cond_t`.
        seed: decides the weights.

    Returns:
        `folder`.
    """
    torch.manual_seed(seed)
    tokenizer = train_tokenizer([PROMPT])
    plus = variant != "edit"
    pipeline = (QwenImageEditPlusPipeline if plus else QwenImageEditPipeline)(
        scheduler=FlowMatchEulerDiscreteScheduler(**SCHEDULER),
        vae=_build_autoencoder(),
        text_encoder=_build_text_encoder(tokenizer),
        tokenizer=tokenizer,
        processor=_build_processor(tokenizer),
        transformer=_build_transformer(zero_cond_t=variant == "2511"),
    )
    pipeline.save_pretrained(folder)
    return folder


def _build_autoencoder() -> AutoencoderKLQwenImage:
    return AutoencoderKLQwenImage(
        base_dim=8,
        z_dim=_LATENT_CHANNELS,
        dim_mult=[1, 2, 4, 4],
        num_res_blocks=1,
        temperal_downsample=[False, True, True],
        latents_mean=[0.1, -0.2, 0.0, 0.3],
        latents_std=[0.9, 1.1, 1.0, 1.2],
    )


def _build_transformer(*, zero_cond_t: bool) -> QwenImageTransformer2DModel:
    return QwenImageTransformer2DModel(
        patch_size=2,
        in_channels=4 * _LATENT_CHANNELS,
        out_channels=_LATENT_CHANNELS,
        num_layers=2,
        attention_head_dim=16,
        num_attention_heads=3,
        joint_attention_dim=_HIDDEN,
        axes_dims_rope=(8, 4, 4),
        zero_cond_t=zero_cond_t,
    )


def _build_text_encoder(tokenizer: Qwen2Tokenizer) -> Qwen2_5_VLForConditionalGeneration:
    end = tokenizer.convert_tokens_to_ids("<|endoftext|>")
    text = {
        "vocab_size": len(tokenizer),
        "hidden_size": _HIDDEN,
        "intermediate_size": 2 * _HIDDEN,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "num_key_value_heads": 2,
        "rope_scaling": {"type": "mrope", "mrope_section": [1, 1, 2]},
        "bos_token_id": end,
        "eos_token_id": end,
        "rope_theta": 1_000_000.0,
        "initializer_range": _DEVIATION,
    }
    vision = {
        "depth": 2,
        "hidden_size": _HIDDEN,
        "intermediate_size": 2 * _HIDDEN,
        "num_heads": 2,
        "out_hidden_size": _HIDDEN,
        "fullatt_block_indexes": [1],
        "initializer_range": _DEVIATION,
    }
    marks: dict[str, Any] = {
        f"{name}_token_id": tokenizer.convert_tokens_to_ids(f"<|{mark}|>")
        for name, mark in {
            "image": "image_pad",
            "video": "video_pad",
            "vision_start": "vision_start",
            "vision_end": "vision_end",
        }.items()
    }
    config = Qwen2_5_VLConfig(text_config=text, vision_config=vision, **marks)
    return Qwen2_5_VLForConditionalGeneration(config)


def _build_processor(tokenizer: Qwen2Tokenizer) -> Qwen2VLProcessor:
    size = {"shortest_edge": _SIDE**2, "longest_edge": 64 * _SIDE**2}
    return Qwen2VLProcessor(
        image_processor=Qwen2VLImageProcessor(size=size),
        tokenizer=tokenizer,
        video_processor=Qwen2VLVideoProcessor(),
    )
