"""An adapter of a toy learns four pairs that only their instructions tell apart."""

from collections.abc import Callable
from functools import partial

import pytest
import torch
from torch.nn import functional

from rr_tasks.restorer.qwen.adapter import add_adapter
from rr_tasks.restorer.qwen.backbone import Prompt
from rr_tasks.restorer.qwen.latents import Grid
from rr_tasks.restorer.qwen.restorer import QwenRestorer
from rr_tasks.training.encoded import Encoded, EncodedBatch, collate
from rr_tasks.training.loop import train
from rr_tasks.training.matching import matching_loss
from rr_tasks.training.objective import Objective
from schemas.training import LoopSettings
from tests.toys import load_toy

TEXTS = (
    "Remove haze.",
    "Remove rain, please.",
    "This picture is noisy: clean it.",
    "Sharpen what is blurred here and there.",
)
SETTINGS = LoopSettings(
    steps=300, batch_size=4, learning_rate=1e-2, warmup_steps=5, ema_decay=0.9, seed=0
)


class Pairs:
    """Serves the same batch for ever."""

    def __init__(self, pairs: EncodedBatch) -> None:
        self._pairs = pairs

    def batch(self, number: int) -> EncodedBatch:
        return self._pairs


def make_pairs(restorer: QwenRestorer) -> EncodedBatch:
    """Four clean crops for one degraded crop."""
    generator = torch.Generator().manual_seed(0)
    degraded = torch.rand((1, 3, 32, 32), generator=generator)
    with torch.no_grad():
        (picture,) = restorer.encode(degraded)
        prompts = [restorer.read(degraded, [text]) for text in TEXTS]
    clean = torch.randn((4, *picture.shape), generator=generator)
    crops = [Encoded(one, picture, prompt) for one, prompt in zip(clean, prompts, strict=True)]
    return collate(crops, Grid(2, 2))


def mean_loss(restorer: QwenRestorer, batch: EncodedBatch) -> float:
    with torch.no_grad():
        losses = [
            matching_loss(restorer, batch, torch.Generator().manual_seed(seed))["loss"]
            for seed in range(100, 120)
        ]
    return float(torch.stack(losses).mean())


@pytest.fixture(scope="module")
def learned(
    toy_editor: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory
) -> tuple[QwenRestorer, EncodedBatch, float]:
    """A restorer that learned the pairs, the pairs, and its loss before."""
    restorer = load_toy(toy_editor("edit"))
    pairs = make_pairs(restorer)
    add_adapter(restorer.trainable(), restorer.backbone.adapted, rank=32, seed=0)
    before = mean_loss(restorer, pairs)
    objective = Objective[EncodedBatch](restorer.trainable(), partial(matching_loss, restorer))
    folder = str(tmp_path_factory.mktemp("overfit"))
    device = torch.device("cpu")
    train(objective, Pairs(pairs), SETTINGS, folder, device=device, on_progress=lambda *_: None)
    return restorer, pairs, before


def test_four_pairs_are_learned_by_heart(
    learned: tuple[QwenRestorer, EncodedBatch, float],
) -> None:
    restorer, pairs, before = learned
    assert mean_loss(restorer, pairs) < 0.5 * before


def test_right_instructions_beat_shuffled_ones(
    learned: tuple[QwenRestorer, EncodedBatch, float],
) -> None:
    restorer, pairs, _ = learned
    others = Prompt(*(part.roll(1, 0) for part in pairs.condition.prompt))
    shuffled = pairs._replace(condition=pairs.condition._replace(prompt=others))
    assert mean_loss(restorer, shuffled) > 1.4 * mean_loss(restorer, pairs)


def test_the_loss_is_the_squared_error_of_the_velocity(toy_editor: Callable[[str], str]) -> None:
    restorer = load_toy(toy_editor("edit"))
    pairs = make_pairs(restorer)
    with torch.no_grad():
        ours = matching_loss(restorer, pairs, torch.Generator().manual_seed(3))
        generator = torch.Generator().manual_seed(3)
        t = restorer.draw_times(pairs.condition, generator)
        noise = torch.randn(pairs.x0.shape, generator=generator)
        time = t[:, None, None]
        x = (1 - time) * pairs.x0 + time * noise
        found = restorer.velocity(x, t, pairs.condition)
    assert float(ours["loss"]) == pytest.approx(
        float(functional.mse_loss(found, noise - pairs.x0)), rel=1e-3
    )


def test_times_to_learn_at_follow_the_schedule(toy_editor: Callable[[str], str]) -> None:
    restorer = load_toy(toy_editor("edit"))
    many = make_pairs(restorer).condition
    many = many._replace(picture=many.picture.repeat(500, 1, 1))
    small, large = (
        restorer.draw_times(many._replace(grid=grid), torch.Generator().manual_seed(0))
        for grid in (Grid(2, 2), Grid(64, 64))
    )
    assert (small > 0).all()
    assert (large <= 1).all()
    assert (large > small).all()
    assert restorer.backbone.schedule.warp(torch.tensor(0.5), 4) == pytest.approx(
        float(small.median()), abs=0.03
    )
