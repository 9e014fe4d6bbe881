from collections.abc import Sequence
from typing import NamedTuple

import pytest
import torch
from torch import nn

from rr_tasks.photographs.pixels import Pixels, to_8_bits
from rr_tasks.restorer.flow import Isotropic, Source, velocity_towards
from rr_tasks.restorer.protocol import Guides, Place, Tile
from rr_tasks.restorer.sampling import ONE_STEP, restore_parts, walk
from schemas.prior.current import DiagnosticPrior

CLEAN = torch.linspace(0.1, 0.9, 12).reshape(1, 3, 2, 2)
MEAN = torch.full((1, 3, 2, 2), 0.5)


class Known(NamedTuple):
    """A condition whose clean image is known."""

    clean: torch.Tensor
    mean: torch.Tensor


class StraightFlow:
    """Knows the clean image: its velocity is that of the straight line, whatever the point."""

    def __init__(self) -> None:
        self.asked: list[float] = []

    device = torch.device("cpu")
    tile = Tile(side=2, multiple=1, overlap=1, batch=1)
    typical_error = 1.0

    def trainable(self) -> nn.Module:
        return nn.Module()

    def survey(self, photograph: Pixels, prior: DiagnosticPrior | None) -> Guides:
        return to_8_bits(photograph[..., :0])

    def prepare(
        self,
        images: torch.Tensor,
        priors: Sequence[DiagnosticPrior | None],
        guides: torch.Tensor,
    ) -> Known:
        return Known(CLEAN, images)

    def encode(self, images: torch.Tensor) -> torch.Tensor:
        return images

    def source(self, condition: Known) -> Source:
        return Source(condition.mean, Isotropic(0.1))

    def begin(self, condition: Known, places: Sequence[Place]) -> torch.Tensor:
        return condition.mean

    def times(self, condition: Known) -> Sequence[float]:
        return ONE_STEP

    def velocity(self, x: torch.Tensor, t: torch.Tensor, condition: Known) -> torch.Tensor:
        self.asked.append(float(t[0]))
        return velocity_towards(condition.clean, x, t)

    def decode(self, x0: torch.Tensor, condition: Known) -> torch.Tensor:
        return x0.clamp(0.0, 1.0)


class DecayingFlow(StraightFlow):
    """dx/dt = x: the end point is the start divided by e."""

    def velocity(self, x: torch.Tensor, t: torch.Tensor, condition: Known) -> torch.Tensor:
        return x


def even_times(steps: int) -> list[float]:
    return [1 - step / steps for step in range(steps + 1)]


@pytest.mark.parametrize("steps", [1, 2, 7, 50])
def test_a_straight_flow_ends_at_the_clean_image(steps: int) -> None:
    flow = StraightFlow()
    start = MEAN + 0.1 * torch.randn(MEAN.shape, generator=torch.Generator().manual_seed(0))
    restored = walk(flow, Known(CLEAN, MEAN), start, even_times(steps))
    assert torch.allclose(restored, CLEAN, atol=1e-5)
    assert flow.asked == pytest.approx([1 - step / steps for step in range(steps)])


def test_more_steps_follow_a_curved_flow_more_closely() -> None:
    truth = MEAN / torch.e
    errors = [
        float(
            (walk(DecayingFlow(), Known(CLEAN, MEAN), MEAN, even_times(steps)) - truth).abs().max()
        )
        for steps in (1, 4, 16, 64)
    ]
    assert errors == sorted(errors, reverse=True)
    assert errors[-1] < 0.01


def test_restoring_goes_from_the_restorers_begin_by_its_times() -> None:
    class Halving(DecayingFlow):
        def begin(self, condition: Known, places: Sequence[Place]) -> torch.Tensor:
            return condition.mean + places[0].top

        def times(self, condition: Known) -> Sequence[float]:
            return (1.0, 0.5, 0.0)

    restored = restore_parts(Halving(), Known(CLEAN, MEAN), [Place(1, 0)])
    assert torch.allclose(restored, (MEAN + 1) / 4)


def test_images_are_decoded() -> None:
    condition = Known(CLEAN * 3 - 1, MEAN)
    restored = restore_parts(StraightFlow(), condition, [Place(0, 0)])
    assert torch.allclose(restored, condition.clean.clamp(0, 1))
