from types import SimpleNamespace
from typing import Any

import pytest
from transformers import Qwen2VLImageProcessor

from rr_tasks.reasoner.qwen.conversation import LARGEST_PIXELS, SMALLEST_PIXELS, limit_pixels


@pytest.mark.parametrize(
    ("saved", "bounds"),
    [
        ((65_536, 16_777_216), (SMALLEST_PIXELS, LARGEST_PIXELS)),  # Qwen3-VL as published
        ((3_136, 12_845_056), (SMALLEST_PIXELS, LARGEST_PIXELS)),  # Qwen2.5-VL
        ((4_096, 4_096), (4_096, 4_096)),  # a toy
    ],
)
def test_what_a_model_sees_is_bounded_unless_it_was_saved_with_less(
    saved: tuple[int, int], bounds: tuple[int, int]
) -> None:
    size = dict(zip(("shortest_edge", "longest_edge"), saved, strict=True))
    images = Qwen2VLImageProcessor(patch_size=16, merge_size=2, size=size)
    processor: Any = SimpleNamespace(image_processor=images)
    limit_pixels(processor)
    assert (images.size["shortest_edge"], images.size["longest_edge"]) == bounds
