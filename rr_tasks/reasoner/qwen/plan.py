"""How large a model is and what fine-tuning it takes, from its settings alone.

Models are built without memory. Weights and what learns are counted exactly; activations depend on
the photographs and are estimated.
"""

from dataclasses import dataclass
from typing import Any

import torch
from transformers import Qwen2VLImageProcessor

from rr_tasks.device import (
    LARGE,
    TooLittleMemoryError,
    choose_device,
    device_memory,
    missing_gpu,
)
from rr_tasks.reasoner.qwen.adapter import add_adapter
from rr_tasks.reasoner.qwen.conversation import LARGEST_PIXELS, SMALLEST_PIXELS
from rr_tasks.reasoner.qwen.settings import (
    GIB,
    WIDTHS,
    build_empty,
    check_family,
    find_dtype,
    read_settings,
)
from rr_tasks.weights.snapshot import fetch_settings
from schemas.parameters.language_training import TrainLanguageParameters

_LEARNED_BYTES = 5 * 4  # weight, gradient, two moments and average, in float32
_ANSWER_TOKENS = 1024  # a question and a long answer
_FEWEST_IMAGE_TOKENS = SMALLEST_PIXELS // 32**2
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


def check_room_to_train(parameters: TrainLanguageParameters) -> None:
    """Make sure, before its weights are downloaded, that a model can be fine-tuned here.

    Raises:
        UnusableWeightsError: there is no such model, or this release cannot use it.
        MissingDeviceError: the model is large, and this machine has no GPU.
        TooLittleMemoryError: the training does not fit the GPU, however small its photographs are.
    """
    name, device = str(parameters.start), choose_device(parameters.device)
    model = fetch_settings(name, parameters.revision)
    check_family(model)
    settings = model.read_settings("config.json")
    plan = measure(settings, parameters)
    if plan.parameters < LARGE:
        return
    if device.type == "cpu":
        raise missing_gpu(name, plan.parameters, "use the edge tier, or a machine that has one")
    if device.type != "cuda":
        return
    dtype, available = find_dtype(settings, parameters.dtype), device_memory(device)
    needed = plan.training_bytes(dtype, parameters.batch_size, _FEWEST_IMAGE_TOKENS)
    if needed > available:
        raise TooLittleMemoryError(
            f"{name}: training takes at least {needed / GIB:.0f} GiB of memory, and this GPU has "
            f"{available / GIB:.0f}; use a smaller batch, an adapter, a smaller model, or a larger "
            "GPU: --plan shows what they take"
        )


def measure(settings: dict[str, Any], parameters: TrainLanguageParameters) -> LanguagePlan:
    """Build a model without memory, and count."""
    model = build_empty(settings)
    text = model.config.get_text_config()
    total = sum(value.numel() for value in model.parameters())
    vision = sum(value.numel() for value in model.model.visual.parameters())
    learned, adapted = total, 0
    if parameters.learn == "adapter":
        with torch.device("meta"):
            model = add_adapter(model, rank=parameters.rank, seed=parameters.seed)
        sizes = [value.numel() for value in model.parameters() if value.requires_grad]
        learned, adapted = sum(sizes), len(sizes) // 2
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
