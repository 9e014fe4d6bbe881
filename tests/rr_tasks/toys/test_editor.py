from collections.abc import Callable
from pathlib import Path
from typing import get_args

from diffusers import DiffusionPipeline

from rr_tasks.toys.editor import EditorVariant, build_toy_editor
from rr_tasks.weights.snapshot import fetch_snapshot


def test_a_toy_loads_as_a_published_model_does(toy_editor: Callable[[str], str]) -> None:
    kinds = {}
    for variant in get_args(EditorVariant):
        pipeline = DiffusionPipeline.from_pretrained(toy_editor(variant))
        kinds[variant] = (type(pipeline).__name__, pipeline.transformer.config.zero_cond_t)
        parts = (pipeline.transformer, pipeline.text_encoder, pipeline.vae)
        assert sum(value.numel() for part in parts for value in part.parameters()) < 1_000_000
    assert kinds == {
        "edit": ("QwenImageEditPipeline", False),
        "2509": ("QwenImageEditPlusPipeline", False),
        "2511": ("QwenImageEditPlusPipeline", True),
    }


def test_a_seed_decides_the_toy(tmp_path: Path) -> None:
    digests = [
        fetch_snapshot(build_toy_editor(str(tmp_path / str(number)), seed=seed)).digest
        for number, seed in enumerate((0, 0, 1))
    ]
    assert digests[0] == digests[1] != digests[2]
