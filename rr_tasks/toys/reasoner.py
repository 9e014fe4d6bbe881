"""A toy reasoner: the real classes of Qwen3-VL and Qwen3.5 with few and random weights."""

from pathlib import Path
from typing import Literal, NamedTuple

import torch
from transformers import (
    PreTrainedModel,
    PreTrainedTokenizerFast,
    Qwen2VLImageProcessor,
    Qwen3_5Config,
    Qwen3_5ForConditionalGeneration,
    Qwen3VLConfig,
    Qwen3VLForConditionalGeneration,
    Qwen3VLProcessor,
    Qwen3VLVideoProcessor,
)

from rr_tasks.toys.answers import END, PAD, train_answer_tokenizer

Family = Literal["qwen3_vl", "qwen3_5"]


class ToyShape(NamedTuple):
    """The size of a toy.

    Attributes:
        side: pixels of the square that photographs are scaled to, whatever their proportions.
        patch: side of a patch in pixels; four patches are one token.
        width: of the language model; a multiple of 64.
        layers: of the language model.
        vision_width: of the vision model; a multiple of 16.
        vision_layers: of the vision model.
        vocabulary: number of tokens.
    """

    side: int = 64
    patch: int = 16
    width: int = 64
    layers: int = 2
    vision_width: int = 64
    vision_layers: int = 2
    vocabulary: int = 1024


def build_toy_reasoner(
    folder: str | Path,
    shape: ToyShape = ToyShape(),  # noqa: B008 - it is immutable
    *,
    family: Family = "qwen3_vl",
    seed: int = 0,
) -> None:
    """Write a model with random weights, and its processor, as transformers saves them.

    Args:
        folder: receives the files.
        shape: by default a few 100,000 parameters.
        family: the architecture.
        seed: decides the weights.
    """
    tokenizer = train_answer_tokenizer(shape.vocabulary)
    torch.manual_seed(seed)
    model = _build_model(family, shape, tokenizer)
    model.generation_config.update(
        do_sample=False,
        eos_token_id=tokenizer.convert_tokens_to_ids([END, PAD]),
        pad_token_id=tokenizer.pad_token_id,
    )
    model.save_pretrained(folder)
    _build_processor(family, shape, tokenizer).save_pretrained(folder)


def _build_model(
    family: Family, shape: ToyShape, tokenizer: PreTrainedTokenizerFast
) -> PreTrainedModel:
    tokens = {
        f"{name}_token_id": tokenizer.convert_tokens_to_ids(f"<|{token}|>")
        for name, token in {
            "image": "image_pad",
            "video": "video_pad",
            "vision_start": "vision_start",
            "vision_end": "vision_end",
        }.items()
    }
    text, vision = _shape_text(shape, len(tokenizer)), _shape_vision(shape)
    text["pad_token_id"] = tokenizer.pad_token_id
    if family == "qwen3_5":
        text |= {
            "layer_types": ["linear_attention", "full_attention"] * (shape.layers // 2),
            "linear_key_head_dim": 16,
            "linear_value_head_dim": 16,
            "linear_num_key_heads": 2,
            "linear_num_value_heads": 4,
        }
        return Qwen3_5ForConditionalGeneration(
            Qwen3_5Config(
                text_config=text, vision_config=vision, tie_word_embeddings=True, **tokens
            )
        )
    deep = list(range(min(shape.layers, shape.vision_layers)))
    vision["deepstack_visual_indexes"] = deep
    return Qwen3VLForConditionalGeneration(
        Qwen3VLConfig(text_config=text, vision_config=vision, tie_word_embeddings=True, **tokens)
    )


def _shape_text(shape: ToyShape, vocabulary: int) -> dict[str, object]:
    heads = shape.width // 32
    return {
        "vocab_size": vocabulary,
        "hidden_size": shape.width,
        "intermediate_size": 3 * shape.width,
        "num_hidden_layers": shape.layers,
        "num_attention_heads": heads,
        "num_key_value_heads": heads // 2,
        "head_dim": 32,
        "max_position_embeddings": 8192,
        "rope_parameters": {
            "rope_type": "default",
            "rope_theta": 10_000.0,
            "mrope_interleaved": True,
            "mrope_section": [6, 5, 5],
            "partial_rotary_factor": 1.0,
        },
    }


def _shape_vision(shape: ToyShape) -> dict[str, object]:
    return {
        "depth": shape.vision_layers,
        "hidden_size": shape.vision_width,
        "intermediate_size": 2 * shape.vision_width,
        "num_heads": max(1, shape.vision_width // 32),
        "patch_size": shape.patch,
        "spatial_merge_size": 2,
        "temporal_patch_size": 2,
        "out_hidden_size": shape.width,
        "num_position_embeddings": (shape.side // shape.patch) ** 2,
    }


def _build_processor(
    family: Family, shape: ToyShape, tokenizer: PreTrainedTokenizerFast
) -> Qwen3VLProcessor:
    pixels = shape.side**2
    patches = {
        "patch_size": shape.patch,
        "size": {"shortest_edge": pixels, "longest_edge": pixels},
        "image_mean": [0.5] * 3,
        "image_std": [0.5] * 3,
    }
    template = (Path(__file__).parent / f"{family}.jinja").read_text()
    return Qwen3VLProcessor(
        Qwen2VLImageProcessor(**patches),
        tokenizer,
        Qwen3VLVideoProcessor(**patches),
        chat_template=template,
    )
