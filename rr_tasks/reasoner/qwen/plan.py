"""How large a model is and what fine-tuning it takes, from its settings alone.

Models are built without memory. Weights and what learns are counted exactly; activations depend on
the photographs and are estimated.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from transformers import AutoConfig, AutoModelForImageTextToText, Qwen2VLImageProcessor

from rr_tasks.reasoner.qwen.adapter import add_adapter
from rr_tasks.reasoner.qwen.conversation import LARGEST_PIXELS, SMALLEST_PIXELS
from rr_tasks.weights.snapshot import fetch_snapshot
from schemas.parameters.language_training import TrainLanguageParameters

GIB = 2**30
WIDTHS = {"bfloat16": 2, "float16": 2, "float32": 4}
"""Bytes of a number of each type."""

_PUBLISHED = Path(__file__).with_name("published.json")
_LEARNED_BYTES = 5 * 4  # weight, gradient, two moments and average, in float32
_ANSWER_TOKENS = 1024  # a question and a long answer
_COPIES = 16  # of a layer's width that a layer holds for each token while it is computed again


@dataclass(frozen=True)
class LanguagePlan:
    """The sizes of a model and of its fine-tuning.

    Attributes:
        parameters: all of them.
        vision: those of the vision model, which an adapter leaves alone.
        adapted: the number of linear layers with an adapter; 0 if all weights learn.
        learned: parameters that learn.
        layers: of the language model.
        width: of the language model.
        vocabulary: number of tokens.
    """

    parameters: int
    vision: int
    adapted: int
    learned: int
    layers: int
    width: int
    vocabulary: int

    def weights_bytes(self, dtype: str) -> int:
        """Return the bytes of the weights in one of `WIDTHS`: what asking the model takes first."""
        return self.parameters * WIDTHS[dtype]

    def training_bytes(self, dtype: str, batch_size: int, image_tokens: int) -> int:
        """Estimate the most memory that training takes with activations computed again.

        Args:
            dtype: of the weights that do not learn.
            batch_size: photographs per batch in one process.
            image_tokens: tokens of a photograph; see `count_image_tokens`.
        """
        tokens = batch_size * (image_tokens + _ANSWER_TOKENS)
        kept = tokens * self.width * self.layers * WIDTHS["bfloat16"]
        layer = tokens * self.width * _COPIES * WIDTHS["bfloat16"]
        logits = batch_size * _ANSWER_TOKENS * self.vocabulary * 3 * WIDTHS["float32"]
        frozen = (self.parameters if self.adapted else 0) * WIDTHS[dtype]
        return frozen + self.learned * _LEARNED_BYTES + kept + layer + logits


def plan_training(parameters: TrainLanguageParameters) -> LanguagePlan:
    """Plan a training, without loading anything but the settings of its model.

    Raises:
        UnusableWeightsError: there is no such model.
    """
    return measure(read_settings(str(parameters.start), parameters.revision), parameters)


def read_settings(name: str, revision: str | None = None) -> dict[str, Any]:
    """Return the settings of a published model, which come with the package, or of any other.

    Raises:
        UnusableWeightsError: there is no such model.
    """
    known: dict[str, Any] = json.loads(_PUBLISHED.read_text(encoding="utf-8"))
    return known.get(name) or fetch_snapshot(name, revision).read_settings("config.json")


def measure(settings: dict[str, Any], parameters: TrainLanguageParameters) -> LanguagePlan:
    """Build a model without memory, and count."""
    config = AutoConfig.for_model(**settings)
    with torch.device("meta"):
        model = AutoModelForImageTextToText.from_config(config)
        total = sum(value.numel() for value in model.parameters())
        vision = sum(value.numel() for value in model.model.visual.parameters())
        learned, adapted = total, 0
        if parameters.learn == "adapter":
            model = add_adapter(model, rank=parameters.rank, seed=parameters.seed)
            sizes = [value.numel() for value in model.parameters() if value.requires_grad]
            learned, adapted = sum(sizes), len(sizes) // 2
    text = config.get_text_config()
    return LanguagePlan(
        parameters=total,
        vision=vision,
        adapted=adapted,
        learned=learned,
        layers=text.num_hidden_layers,
        width=text.hidden_size,
        vocabulary=text.vocab_size,
    )


def count_image_tokens(height: int, width: int) -> int:
    """Count the tokens that a published model reads of a photograph: one for 32 x 32 pixels.

    The photograph is scaled first, so that it has neither fewer than `SMALLEST_PIXELS` nor more
    than `LARGEST_PIXELS`.
    """
    size = {"shortest_edge": SMALLEST_PIXELS, "longest_edge": LARGEST_PIXELS}
    processor = Qwen2VLImageProcessor(patch_size=16, merge_size=2, size=size)
    return int(processor.get_number_of_image_patches(height, width)) // 4
