from typing import Literal

import numpy as np
import pytest
import torch
from transformers import AutoConfig, AutoModelForImageTextToText, Qwen2VLImageProcessor

from rr_tasks.reasoner.qwen.adapter import add_adapter
from rr_tasks.reasoner.qwen.conversation import LARGEST_PIXELS, SMALLEST_PIXELS
from rr_tasks.reasoner.qwen.plan import count_image_tokens, plan_training
from rr_tasks.reasoner.qwen.settings import GIB, read_settings
from schemas.parameters.language_training import TrainLanguageParameters

# As the Hub counts them.
PUBLISHED = {
    "Qwen/Qwen3-VL-4B-Instruct": 4_437_815_808,
    "Qwen/Qwen3-VL-8B-Instruct": 8_767_123_696,
}
LAYERS, LINEARS = 36, 7


def parameters(
    start: str, learn: Literal["adapter", "full"] = "adapter"
) -> TrainLanguageParameters:
    return TrainLanguageParameters(shards="s", output="o", start=start, learn=learn, rank=16)


@pytest.mark.parametrize("name", PUBLISHED)
def test_published_models_have_their_size_and_an_adapter_on_each_linear(name: str) -> None:
    plan = plan_training(parameters(name))
    assert plan.parameters == PUBLISHED[name]
    assert plan.adapted == LAYERS * LINEARS
    text = AutoConfig.for_model(**read_settings(name)).get_text_config()
    heads, held = 128 * text.num_attention_heads, 128 * text.num_key_value_heads
    sides = 4 * text.hidden_size + 2 * heads + 2 * held  # of q, k, v and o
    sides += 3 * (text.hidden_size + text.intermediate_size)
    assert plan.learned == 16 * LAYERS * sides
    assert plan.weights_bytes("bfloat16") == 2 * PUBLISHED[name]
    assert plan_training(parameters(name, "full")).learned == PUBLISHED[name]


@pytest.mark.parametrize("name", PUBLISHED)
def test_nothing_of_the_vision_model_learns(name: str) -> None:
    with torch.device("meta"):
        model = AutoModelForImageTextToText.from_config(AutoConfig.for_model(**read_settings(name)))
        adapted = add_adapter(model, rank=1, seed=0)
    learned = [name for name, value in adapted.named_parameters() if value.requires_grad]
    assert len(learned) == 2 * LAYERS * LINEARS
    assert all(".language_model.layers." in name for name in learned)


def test_memory_grows_with_what_is_learned_and_shown() -> None:
    adapter, full = (
        plan_training(parameters(next(iter(PUBLISHED)), learn)) for learn in ("adapter", "full")
    )
    least = adapter.training_bytes("bfloat16", 1, 256)
    assert adapter.weights_bytes("bfloat16") < least < 24 * GIB
    assert least < adapter.training_bytes("bfloat16", 4, 256)
    assert least < adapter.training_bytes("bfloat16", 1, 1024)
    assert full.training_bytes("bfloat16", 1, 256) > 4 * 4 * full.parameters


@pytest.mark.parametrize(
    ("height", "width", "tokens"),
    [(512, 512, 256), (1024, 1024, 1024), (3000, 4000, 972), (100, 80, 72), (2000, 500, 992)],
)
def test_a_token_is_32_pixels_wide_and_high(height: int, width: int, tokens: int) -> None:
    assert count_image_tokens(height, width) == tokens
    size = {"shortest_edge": SMALLEST_PIXELS, "longest_edge": LARGEST_PIXELS}
    processor = Qwen2VLImageProcessor(patch_size=16, merge_size=2, size=size)
    image = torch.from_numpy(np.zeros((3, height, width), np.uint8))
    (grid,) = processor(images=[image], return_tensors="pt")["image_grid_thw"]
    assert int(grid.prod()) == 4 * tokens
