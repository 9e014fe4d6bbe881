import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from rr_tasks.alignment.exploration import Octaves, choose_noise
from rr_tasks.restorer.flow import Isotropic, Source

TAU = 0.1


def white(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


@given(
    shape=st.tuples(st.integers(1, 2), st.integers(1, 4), st.integers(1, 33), st.integers(1, 33)),
    seed=st.integers(0, 2**32),
)
def test_whitening_undoes_coloring_exactly(shape: tuple[int, ...], seed: int) -> None:
    covariance, noise = Octaves(Isotropic(TAU)), white(*shape, seed=seed)
    torch.testing.assert_close(covariance.whiten(covariance.color(noise)), noise, atol=1e-4, rtol=0)
    torch.testing.assert_close(
        covariance.color(covariance.whiten(TAU * noise)), TAU * noise, atol=1e-5, rtol=0
    )


@given(size=st.tuples(st.integers(2, 17), st.integers(2, 17)), seed=st.integers(0, 2**32))
def test_the_root_of_the_covariance_is_symmetric(size: tuple[int, int], seed: int) -> None:
    covariance = Octaves(Isotropic(TAU))
    one, other = white(1, 1, *size, seed=seed), white(1, 1, *size, seed=seed + 1)
    assert float((covariance.color(one) * other).sum()) == pytest.approx(
        float((one * covariance.color(other)).sum()), abs=1e-4
    )


def test_noise_is_as_strong_as_white_noise_and_has_all_scales() -> None:
    noise = Octaves(Isotropic(TAU)).color(white(200, 1, 64, 64))
    assert float(noise.square().mean().sqrt()) == pytest.approx(TAU, rel=0.03)
    power = torch.fft.fft2(noise, norm="ortho").abs().square().mean((0, 1))
    frequency = torch.hypot(torch.fft.fftfreq(64)[:, None], torch.fft.fftfreq(64))
    octaves = [
        float(power[(frequency >= low) & (frequency < 2 * low)].sum())
        for low in (1 / 32, 1 / 16, 1 / 8, 1 / 4)
    ]
    assert max(octaves) < 1.5 * min(octaves)


def test_latents_explore_at_all_scales_and_tokens_at_one() -> None:
    image, tokens = (
        Source(torch.zeros(shape), Isotropic(1.0)) for shape in ((1, 3, 8, 8), (1, 16, 4))
    )
    assert choose_noise(image) == Octaves(Isotropic(1.0))
    assert choose_noise(tokens) == Isotropic(1.0)
