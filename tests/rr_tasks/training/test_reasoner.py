from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import torch
from torch import nn

from rr_tasks.degrade.kernels import motion_kernel
from rr_tasks.reasoner.network import ReasonerNetwork
from rr_tasks.shards.png import encode_png
from rr_tasks.training import reasoner as training
from rr_tasks.training.diagnosis import diagnosis_loss
from rr_tasks.training.reasoner import make_examples, train_reasoner
from schemas.network import ReasonerShape
from schemas.prior.current import DiagnosticPrior
from schemas.prior.vector import FIELDS, to_vector
from schemas.training import LoopSettings

SETTINGS = LoopSettings(
    steps=4, batch_size=4, learning_rate=1e-3, warmup_steps=1, checkpoint_every=2, seed=1
)


def silent(_step: int, _means: dict[str, float]) -> None:
    """Report nothing."""


def network() -> ReasonerNetwork:
    torch.manual_seed(0)
    return ReasonerNetwork(ReasonerShape(widths=(8, 8, 8), hidden=16, maps=True))


@pytest.mark.parametrize("steps_before", [2, 3])
def test_a_resumed_run_ends_with_exactly_the_same_weights(
    dataset: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    dies_after: Callable[..., Any],
    power_cut: type[Exception],
    steps_before: int,
) -> None:
    monkeypatch.setattr(training, "_PHOTOGRAPHS_PER_ROUND", 6)

    def run(name: str) -> nn.Module:
        folder, cpu = str(tmp_path / name), torch.device("cpu")
        trained = network()
        train_reasoner(trained, dataset, SETTINGS, folder=folder, device=cpu, on_progress=silent)
        return trained

    through = run("one")
    with monkeypatch.context() as patch:
        patch.setattr(training, "diagnosis_loss", dies_after(diagnosis_loss, steps_before))
        with pytest.raises(power_cut):
            run("two")
    resumed = run("two")
    for name, value in through.state_dict().items():
        assert torch.equal(value, resumed.state_dict()[name]), name


def sample(image: np.ndarray, prior: DiagnosticPrior) -> dict[str, Any]:
    truth = prior.model_dump_json().encode()
    return {"__key__": "0", "degraded.png": encode_png(image), "prior.json": truth}


def test_lengths_are_learned_in_pixels_of_the_working_size(prior: DiagnosticPrior) -> None:
    vector = np.array(to_vector(prior), np.float32)
    lengths = [FIELDS.index(field) for field in ("blur.extent", "rain.length")]
    for side, scale in ((300, 1.0), (1024, 0.5)):
        image = np.zeros((side, side, 3), np.uint8)
        for example in make_examples(sample(image, prior), np.random.default_rng(0)):
            assert example["vector"][lengths] == pytest.approx(vector[lengths] * scale)
            assert example["short_side"] == min(side, 512)


def test_the_truth_follows_the_image_when_it_is_varied(prior: DiagnosticPrior) -> None:
    image = np.zeros((140, 200, 3), np.uint8)
    image[:70, :100] = (240, 160, 80)
    vector = np.array(to_vector(prior), np.float32)
    light = [FIELDS.index(f"haze.light_{channel}") for channel in "rgb"]
    axes = [FIELDS.index(f"{name}.sin2") for name in ("blur", "rain")]
    seen = set()
    for seed in range(20):
        for example in make_examples(sample(image, prior), np.random.default_rng(seed)):
            view = example["overview"].astype(float)
            quarters = [view[:, :64, :64], view[:, :64, 64:], view[:, 64:, :64], view[:, 64:, 64:]]
            brightest = int(np.argmax([quarter.mean() for quarter in quarters]))
            turns = (brightest % 2) + (brightest // 2)  # left to right, upside down
            colours = np.argsort(-quarters[brightest].mean((1, 2)))
            expected = vector.copy()
            expected[axes] *= (-1) ** turns
            expected[np.array(light)[colours]] = vector[light]
            assert example["vector"] == pytest.approx(expected)
            seen.add(turns % 2)
    assert seen == {0, 1}


def test_the_cepstrum_is_mirrored_with_the_axis_of_blur(prior: DiagnosticPrior) -> None:
    axis = FIELDS.index("blur.sin2")
    texture = np.random.default_rng(0).normal(0, 60, (300, 300))
    moved = cv2.filter2D(texture, -1, motion_kernel(14, 45.0).astype(np.float64))
    image = np.repeat(np.clip(128 + 2 * moved, 0, 255)[..., None], 3, -1).astype(np.uint8)
    seen = set()
    for seed in range(6):
        for example in make_examples(sample(image, prior), np.random.default_rng(seed)):
            mirrored = bool(example["vector"][axis] * to_vector(prior)[axis] < 0)
            rising, falling = example["cepstra"][0, 14, 10], example["cepstra"][0, 34, 10]
            assert (falling < -0.2) == mirrored
            assert (rising < -0.2) != mirrored
            seen.add(mirrored)
    assert seen == {False, True}


def test_only_networks_with_maps_are_shown_the_sharpest_window(prior: DiagnosticPrior) -> None:
    rng = np.random.default_rng(0)
    image = np.full((512, 512, 3), 120, np.uint8)
    image[160:352, 160:352] = rng.integers(0, 256, (192, 192, 3), np.uint8)
    spread = {}
    for whole in (True, False):
        examples = make_examples(sample(image, prior), np.random.default_rng(3), whole=whole)
        spread[whole] = examples[0]["working"][0].std()
        assert len(examples[0]["working"]) == 2
    assert spread[True] > 1.5 * spread[False]
