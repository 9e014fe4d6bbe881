"""The whole step through the published classes at toy size, an adapter alone learning."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from rr_tasks.alignment import qwen
from rr_tasks.alignment.advantages import Selection
from rr_tasks.alignment.grpo import TrustRegion, grpo_loss
from rr_tasks.alignment.nft import nft_loss
from rr_tasks.alignment.policy import Policy
from rr_tasks.alignment.qwen import QwenStart
from rr_tasks.alignment.rewards.restorations import Restorations
from rr_tasks.alignment.rollouts import Rollout, Rollouts, prepare
from rr_tasks.alignment.walks import Exploration
from rr_tasks.photographs.pixels import Bytes
from rr_tasks.restorer.protocol import Place
from rr_tasks.restorer.qwen.backbone import Backbone
from rr_tasks.restorer.qwen.model import load_backbone
from rr_tasks.restorer.qwen.restorer import QwenRestorer
from rr_tasks.restorer.sampling import velocity_at, walk
from rr_tasks.training.flow import FlowBatch
from rr_tasks.training.loop import train
from rr_tasks.training.objective import Losses, Objective
from rr_tasks.weights.snapshot import Snapshot
from schemas.restorer import QwenRestorerChoice
from schemas.training import LoopSettings

SIDE, IMAGES = 32, 4
CPU = torch.device("cpu")
SETTINGS = LoopSettings(
    steps=6, batch_size=IMAGES, learning_rate=3e-2, warmup_steps=0, ema_decay=0.0
)


class Same:
    """Serves the same four images for ever."""

    def batch(self, number: int) -> FlowBatch:
        generator = torch.Generator().manual_seed(0)
        shape = (IMAGES, 3, SIDE, SIDE)
        images = torch.randint(0, 256, shape, generator=generator, dtype=torch.uint8)
        return FlowBatch(images, images, images[:, :0], (None,) * IMAGES)


def score(restorations: Restorations) -> dict[str, list[float]]:
    """Reward what is more red than green."""
    return {"total": [redness(image) for image in restorations.restored]}


def redness(image: Bytes) -> float:
    """Compare the means of the channels of (H, W, 3), in 0-1."""
    red, green, _ = image.mean((0, 1)) / 255
    return float(red - green)


def reward(restorer: QwenRestorer) -> float:
    """The mean reward of restorations from the same noise."""
    with torch.no_grad():
        condition = prepare(restorer, Same().batch(0))
        start = restorer.begin(condition, [Place(0, 0)] * IMAGES)
        restored = walk(restorer, condition, start, restorer.times(condition))
    red, green, _ = restored.mean((0, 2, 3))
    return float(red - green)


@pytest.mark.parametrize("objective", ["grpo", "nft"])
def test_the_reward_of_fixed_images_rises(
    objective: str, toy_editor: Callable[[str], str], tmp_path: Path
) -> None:
    choice = QwenRestorerChoice(model=toy_editor("2511"), dtype="float32", steps=3)
    start = QwenStart(choice, rank=4, seed=0, device=CPU)
    restorer = start.load()
    restorer.tile = replace(restorer.tile, batch=6 * IMAGES)
    policy = Policy(restorer, follows=objective == "nft")
    frozen = {
        name: value.clone()
        for name, value in policy.network.named_parameters()
        if not value.requires_grad
    }
    times = start.times(restorer, SIDE)
    explored = Exploration(sampler="sde", noise=0.7, times=times, window=1, members=6)
    ratios: list[float] = []

    def loss(rollout: Rollout, generator: torch.Generator) -> Losses:
        if objective == "nft":
            return nft_loss(
                policy, rollout, explored, strength=1.0, kl_weight=0.0, generator=generator
            )
        found = grpo_loss(policy, rollout, explored, region=TrustRegion("clip", 0.1), kl_weight=0.0)
        ratios.append(float(found["ratio"]))
        return found

    options: dict[str, Any] = {"updates": 1, "accumulate": 1, "seed": 0, "process": 0}
    rollouts = Rollouts(
        policy,
        Same(),
        choose=lambda photographs: (photographs, photographs),
        exploration=explored,
        selection=Selection(least_spread=0.0, highest_mean=None),
        score=score,
        **options,
    )
    before = reward(restorer)
    train(
        Objective(policy, loss),
        rollouts,
        SETTINGS,
        str(tmp_path),
        device=CPU,
        on_progress=lambda *_: None,
    )
    assert reward(restorer) > before + 5e-4
    assert ratios == [1.0] * len(ratios)
    parameters = dict(policy.network.named_parameters())
    assert all(torch.equal(value, parameters[name]) for name, value in frozen.items())
    _check_start_is_without_adapter(policy)


def test_what_learns_is_never_offloaded(
    toy_editor: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded: list[QwenRestorerChoice] = []

    def load(model: Snapshot, choice: QwenRestorerChoice, device: torch.device) -> Backbone:
        loaded.append(choice)
        return load_backbone(model, choice, device)

    monkeypatch.setattr(qwen, "load_backbone", load)
    plain = QwenRestorerChoice(model=toy_editor("2511"), dtype="float32")
    asked = plain.model_copy(update={"offload": "model"})
    start = QwenStart(asked, rank=4, seed=0, device=CPU)
    start.load()
    assert loaded == [plain]


def _check_start_is_without_adapter(policy: Policy) -> None:
    restorer: Any = policy.restorer
    condition = prepare(restorer, Same().batch(0))
    x = restorer.begin(condition, [Place(0, 0)] * IMAGES)
    with policy.at_start():
        start = velocity_at(restorer, x, 1.0, condition)
    with torch.no_grad():
        learned = velocity_at(restorer, x, 1.0, condition)
        policy.network.disable_adapters()
        without = velocity_at(restorer, x, 1.0, condition)
    assert torch.equal(start, without)
    assert not torch.allclose(learned, without, atol=1e-4)
