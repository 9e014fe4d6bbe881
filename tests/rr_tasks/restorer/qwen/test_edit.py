"""How an instruction and its picture are read, and what diffusers leaves out."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

from rr_tasks.restorer.qwen.backbone import to_picture
from rr_tasks.restorer.qwen.edit import EditBackbone
from rr_tasks.restorer.qwen.restorer import QwenRestorer
from tests.toys import load_toy

TEXTS = ("Remove haze.", "Remove rain and noise, and keep the scene unchanged.")


def backbone_of(restorer: QwenRestorer) -> EditBackbone:
    assert isinstance(restorer.backbone, EditBackbone)
    return restorer.backbone


def encode_with_diffusers(backbone: EditBackbone, image: torch.Tensor, text: str) -> torch.Tensor:
    pipeline = backbone._pipeline
    pipeline.prompt_template_encode_start_idx = backbone._dropped  # 64 with the real tokenizer
    with torch.inference_mode():
        states, _ = pipeline._get_qwen_prompt_embeds([text], [backbone._show(image)])
    return states


def test_diffusers_forgets_where_the_picture_s_tokens_lie(
    restorer: QwenRestorer, images: torch.Tensor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When this fails, diffusers has mended #14194: see `EditBackbone`."""
    backbone = backbone_of(restorer)
    with torch.inference_mode():
        ours = backbone.read(images[:1], TEXTS[:1]).states
    theirs = encode_with_diffusers(backbone, images[0], TEXTS[0])
    assert ours.shape == theirs.shape
    assert (ours - theirs).abs().max() > 1e-3
    forward = backbone._pipeline.text_encoder.forward

    def forget(*args: Any, mm_token_type_ids: torch.Tensor, **rest: Any) -> object:
        return forward(*args, **rest)

    monkeypatch.setattr(backbone._pipeline.text_encoder, "forward", forget)
    with torch.inference_mode():
        forgetful = backbone.read(images[:1], TEXTS[:1]).states
    assert torch.allclose(forgetful, theirs, atol=1e-5)


def test_what_is_dropped_is_the_system_s_message(restorer: QwenRestorer) -> None:
    backbone = backbone_of(restorer)
    pipeline = backbone._pipeline
    ids = pipeline.tokenizer(pipeline.prompt_template_encode.format("Hello"))["input_ids"]
    system, user = ids[: backbone._dropped], ids[backbone._dropped :]
    assert pipeline.tokenizer.decode(system).endswith("<|im_end|>\n<|im_start|>user\n")
    assert pipeline.tokenizer.decode(user).endswith("Hello<|im_end|>\n<|im_start|>assistant\n")


def test_instructions_of_a_batch_do_not_see_each_other(
    restorer: QwenRestorer, images: torch.Tensor
) -> None:
    backbone = backbone_of(restorer)
    with torch.inference_mode():
        both = backbone.read(images, TEXTS)
        singly = [
            backbone.read(image[None], [text]) for image, text in zip(images, TEXTS, strict=True)
        ]
    assert both.mask.sum(1).tolist() == [one.states.shape[1] for one in singly]
    for row, one in enumerate(singly):
        there = both.mask[row]
        assert torch.allclose(both.states[row, there], one.states[0], atol=1e-5)
        assert torch.equal(both.slots[row, there], one.slots[0])
        assert one.slots.any()


def note_texts(process: Callable[..., Any], asked: list[str]) -> Callable[..., Any]:
    def note(*args: Any, text: list[str], **rest: Any) -> Any:
        asked.extend(text)
        return process(*args, text=text, **rest)

    return note


def test_plus_models_count_pictures(toy_editor: Callable[[str], str]) -> None:
    seen = {}
    image = torch.zeros((1, 3, 32, 64))
    for variant in ("edit", "2509"):
        backbone = backbone_of(load_toy(toy_editor(variant)))
        kind = type(backbone._pipeline.processor)
        asked: list[str] = []
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(kind, "__call__", note_texts(kind.__call__, asked))
            backbone.read(image, ["Go."])
        seen[variant] = asked[0]
        assert backbone._show(image[0]).size == ((64, 32) if variant == "edit" else (544, 256))
    mark = "<|vision_start|><|image_pad|><|vision_end|>"
    assert f"user\n{mark}Go.<|im_end|>" in seen["edit"]
    assert f"user\nPicture 1: {mark}Go.<|im_end|>" in seen["2509"]


def test_the_picture_shown_is_the_image(images: torch.Tensor) -> None:
    picture = to_picture(images[0])
    assert picture.size == (64, 32)
    red, _, blue = np.asarray(picture)[7, 5]
    assert red == round(float(images[0, 0, 7, 5]) * 255)
    assert blue == round(float(images[0, 2, 7, 5]) * 255)
