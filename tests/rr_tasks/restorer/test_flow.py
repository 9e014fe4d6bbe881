from dataclasses import dataclass

import pytest
import torch

from rr_tasks.restorer.flow import (
    Covariance,
    Isotropic,
    Source,
    clean_end,
    per_sample,
    point_at,
    velocity_towards,
)

SHAPES = [(4, 6), (4, 5, 7), (4, 3, 8, 8), (4, 2, 3, 4, 5)]


def draw(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


@dataclass(frozen=True)
class Coarse:
    """Noise that neighbours share: each even value is mixed with the odd one after it."""

    share: float = 0.6

    def color(self, white: torch.Tensor) -> torch.Tensor:
        first, second = white[..., 0::2], white[..., 1::2]
        return torch.stack([first, second + self.share * first], -1).flatten(-2)

    def whiten(self, noise: torch.Tensor) -> torch.Tensor:
        first, second = noise[..., 0::2], noise[..., 1::2]
        return torch.stack([first, second - self.share * first], -1).flatten(-2)


@pytest.mark.parametrize("shape", SHAPES)
def test_points_lie_on_a_line_whatever_the_shape(shape: tuple[int, ...]) -> None:
    x0, x1, t = draw(*shape), draw(*shape, seed=1), torch.tensor([0.0, 0.25, 0.5, 1.0])
    x = point_at(t, x0, x1)
    assert torch.equal(x[0], x0[0])
    assert torch.equal(x[3], x1[3])
    assert torch.allclose(clean_end(x, t, x1 - x0), x0, atol=1e-6)
    assert per_sample(t, x).shape == (4, *[1] * (len(shape) - 1))


def test_a_predicted_end_and_its_velocity_are_the_same_thing() -> None:
    x, x0, t = draw(3, 5, 7), draw(3, 5, 7, seed=1), torch.tensor([0.02, 0.5, 1.0])
    assert torch.allclose(clean_end(x, t, velocity_towards(x0, x, t)), x0, atol=1e-6)


@pytest.mark.parametrize("covariance", [Isotropic(0.3), Coarse()])
def test_whitening_undoes_coloring(covariance: Covariance) -> None:
    source = Source(torch.full((4000, 4), 2.0), covariance)
    white = draw(4000, 4)
    assert torch.allclose(source.whiten(source.at(white)), white, atol=1e-5)
    assert torch.equal(source.at(torch.zeros_like(white)), source.mean)
    drawn = source.whiten(source.draw(torch.Generator().manual_seed(3)))
    assert torch.allclose(drawn.T.cov(), torch.eye(4), atol=0.1)
