from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import DPTConfig, DPTForDepthEstimation, DPTImageProcessorPil

from rr_tasks.degrade.depth_model import MissingDepthModelError, model_depth
from rr_tasks.degrade.mixture import degrade
from schemas.recipe import EDGE_V2, DepthModel, DepthRecipe


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> DepthModel:
    """A tiny DPT with random weights, as a folder."""
    folder = tmp_path_factory.mktemp("depth-model")
    config = DPTConfig(
        hidden_size=16,
        num_hidden_layers=4,
        num_attention_heads=2,
        intermediate_size=32,
        image_size=64,
        patch_size=16,
        backbone_out_indices=[0, 1, 2, 3],
        neck_hidden_sizes=[8, 8, 8, 8],
        fusion_hidden_size=8,
        is_hybrid=False,
    )
    torch.manual_seed(0)
    network = DPTForDepthEstimation(config)
    for weights in (*network.neck.parameters(), *network.head.parameters()):
        torch.nn.init.normal_(weights, 0.05, 0.3)
    torch.nn.init.constant_(
        network.get_parameter("head.head.4.bias"), 50.0
    )  # or its last ReLU leaves nothing
    network.save_pretrained(folder)
    DPTImageProcessorPil(size={"height": 64, "width": 64}).save_pretrained(folder)
    return DepthModel(name=str(folder))


def test_a_model_tells_the_depth(photograph: np.ndarray, model: DepthModel) -> None:
    depth = model_depth(photograph, model)
    assert depth.shape == photograph.shape[:2]
    assert depth.dtype == np.float32
    assert depth.min() == 0
    assert depth.max() == pytest.approx(1.0)
    assert np.array_equal(depth, model_depth(photograph, model))


def test_what_a_model_predicts_is_inverse_depth(
    photograph: np.ndarray, model: DepthModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    near_below = torch.linspace(5.0, 30.0, 64)[None, :, None].expand(1, 64, 64)
    monkeypatch.setattr(
        DPTForDepthEstimation,
        "forward",
        lambda _, **inputs: type("Output", (), {"predicted_depth": near_below}),
    )
    depth = model_depth(photograph, model)
    assert (np.diff(depth[:, 0]) <= 0).all()
    assert depth[0, 0] == pytest.approx(1.0)
    assert depth[len(depth) // 2, 0] < 0.2


def test_haze_and_rain_follow_the_model(photograph: np.ndarray, model: DepthModel) -> None:
    recipe = EDGE_V2.model_copy(update={"depth": DepthRecipe(model=model)})
    for name in ("haze", "rain"):
        told, again = (
            degrade(photograph, {name: 60.0}, recipe, np.random.default_rng(1)) for _ in range(2)
        )
        guessed = degrade(photograph, {name: 60.0}, EDGE_V2, np.random.default_rng(1))
        assert np.array_equal(told.image, again.image)
        assert not np.array_equal(told.image, guessed.image)
        assert told.findings[name].severity == pytest.approx(60.0, rel=0.05)


def test_a_missing_model_is_named(photograph: np.ndarray, tmp_path: Path) -> None:
    with pytest.raises(MissingDepthModelError, match=r"depth\.model: .*nowhere cannot be loaded"):
        model_depth(photograph, DepthModel(name=str(tmp_path / "nowhere")))
