"""Toys of published models, built once a session."""

import json
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest
import torch

if TYPE_CHECKING:
    from rr_tasks.restorer.qwen.restorer import QwenRestorer


@pytest.fixture(scope="session")
def toy_editor(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Any], str]:
    """The folder of a toy of Qwen-Image-Edit, by its variant."""

    @cache
    def build(variant: Any) -> str:
        # Late, because most tests do not need diffusers.
        from rr_tasks.toys.editor import build_toy_editor

        return build_toy_editor(str(tmp_path_factory.mktemp(variant)), variant)

    return build


@pytest.fixture(scope="session")
def large_editor(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The settings of Qwen-Image-Edit-2511 in a folder, without weights."""
    from rr_tasks.restorer.qwen.anatomy import list_published

    folder = tmp_path_factory.mktemp("large")
    published = list_published()["Qwen/Qwen-Image-Edit-2511"]
    encoder = published["text_encoder"]
    files = {
        "model_index.json": {"_class_name": published["pipeline"]},
        "transformer/config.json": published["transformer"],
        "vae/config.json": published["vae"],
        "text_encoder/config.json": {**encoder, "architectures": [encoder["architecture"]]},
    }
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(content))
    return str(folder)


def load_toy(folder: str, **settings: float) -> "QwenRestorer":
    """Load a toy in float32; it takes three steps."""
    from rr_tasks.restorer.qwen.model import load_backbone
    from rr_tasks.restorer.qwen.restorer import QwenRestorer
    from rr_tasks.weights.snapshot import fetch_snapshot
    from schemas.restorer import QwenRestorerChoice

    choice = QwenRestorerChoice(model=folder, dtype="float32")
    device = torch.device("cpu")
    backbone = load_backbone(fetch_snapshot(folder), choice, device)
    backbone.transformer.requires_grad_(False).eval()
    given: dict[str, Any] = {"steps": 3, "tile_side": 256, **settings}
    return QwenRestorer(backbone, device, **given)
