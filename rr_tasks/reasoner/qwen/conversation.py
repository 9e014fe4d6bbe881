"""What a model of the Qwen family reads: a chat about one photograph, as text and as tokens."""

from collections.abc import Sequence
from typing import Any

import torch
from transformers import BatchFeature, ProcessorMixin

from rr_tasks.photographs.pixels import Bytes

_THINKING = "enable_thinking"
_OPEN_THOUGHT, _NO_THOUGHT = "<think>\n", "\n</think>\n\n"

SMALLEST_PIXELS, LARGEST_PIXELS = 256 * 256, 1024 * 1024
"""Pixels that a published model sees of a photograph, which keeps its proportions.

Noise and blur vanish in a smaller picture, and 1,024 tokens of a photograph are 1 MP.
"""


def render_question(processor: ProcessorMixin, question: str) -> str:
    """Render a chat that shows one photograph, asks, and lets the model answer at once.

    Models that think first, such as Qwen3.5, are given an empty thought: the reasoning belongs into
    the answer, where a grammar bounds it.
    """
    parts = [{"type": "image"}, {"type": "text", "text": question}]
    chat = [{"role": "user", "content": parts}]
    thinks = _THINKING in str(processor.chat_template)
    text = str(
        processor.apply_chat_template(
            chat,
            add_generation_prompt=True,
            tokenize=False,
            **({_THINKING: False} if thinks else {}),
        )
    )
    return text + _NO_THOUGHT if text.endswith(_OPEN_THOUGHT) else text


def show(processor: ProcessorMixin, texts: Sequence[str], images: Sequence[Bytes]) -> BatchFeature:
    """Turn chats about one photograph each into a batch of tokens and patches.

    Args:
        processor: that of the model.
        texts: chats with a place for a photograph, padded on the left so that all end together.
        images: (H, W, 3) each, sRGB-coded, of any sizes.
    """
    photographs = [[torch.from_numpy(image).movedim(-1, 0)] for image in images]
    return processor(
        text=list(texts),
        images=photographs,
        padding=True,
        padding_side="left",
        return_tensors="pt",
    )


def limit_pixels(processor: ProcessorMixin) -> None:
    """Bound what the model sees of a photograph; see `SMALLEST_PIXELS`.

    Narrower bounds that a model was saved with stay.
    """
    size: Any = processor.image_processor.size
    size["shortest_edge"] = min(max(size["shortest_edge"], SMALLEST_PIXELS), size["longest_edge"])
    size["longest_edge"] = min(size["longest_edge"], LARGEST_PIXELS)
