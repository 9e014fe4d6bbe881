import pytest
import torch
from torch.nn import functional

from rr_tasks.restorer.coordinates import Coordinates


@pytest.mark.parametrize("width", [1, 2, 7, 40])
@pytest.mark.parametrize("mean", [0.0, 3.0, -40.0])
def test_layer_normalization_is_a_division(width: int, mean: float) -> None:
    generator = torch.Generator().manual_seed(width)
    channels = mean + torch.randn(5, width, generator=generator)
    weight = torch.randn(4, width, generator=generator)
    coordinates = Coordinates(width)
    moved = coordinates.write(channels.T).T
    divided = functional.rms_norm(moved, (width,), eps=1e-5)
    wanted = functional.layer_norm(channels, (width,)) @ weight.T
    found = divided @ coordinates.read_normalized(weight).T
    assert torch.allclose(found, wanted, atol=1e-3)


def test_whoever_reads_coordinates_reads_the_channels() -> None:
    generator = torch.Generator().manual_seed(0)
    coordinates = Coordinates(6)
    channels = 5 + torch.randn(3, 6, generator=generator)
    weight = torch.randn(2, 6, 3, 3, generator=generator)
    moved = coordinates.write(channels.T).T
    found = torch.einsum("oiyx,bi->boyx", coordinates.read(weight), moved)
    assert torch.allclose(found, torch.einsum("oiyx,bi->boyx", weight, channels), atol=1e-3)


def test_the_mean_keeps_its_digits_in_bfloat16() -> None:
    coordinates = Coordinates(8)
    channels = torch.full((8, 1), 1.2345)
    moved = coordinates.write(channels).bfloat16().float()
    reading = coordinates.read(torch.eye(8)).bfloat16().float()
    assert torch.allclose(reading @ moved, channels, rtol=1e-2)
