"""Steps on a gaussian whose flow is known: the clean image given the photograph is N(x0, d^2)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import pytest
import torch
from torch.distributions import Normal

from rr_tasks.alignment.exploration import Octaves
from rr_tasks.alignment.steps import SAMPLERS, Step, cps_step, sde_step
from rr_tasks.restorer.flow import Covariance, Isotropic, Source
from schemas.alignment import SamplerName

COUNT, SIDE = 400, 6


@dataclass(frozen=True)
class Gaussian:
    """A flow from N(mean, tau^2) to N(clean, deviation^2), independent pixel by pixel."""

    clean: float
    deviation: float
    mean: float
    tau: float

    def source(self) -> Source:
        return Source(torch.full((COUNT, 1, SIDE, SIDE), self.mean), Isotropic(self.tau))

    def velocity(self, x: torch.Tensor, t: float) -> torch.Tensor:
        variance = ((1 - t) * self.deviation) ** 2 + (t * self.tau) ** 2
        slope = (t * self.tau**2 - (1 - t) * self.deviation**2) / variance
        middle = (1 - t) * self.clean + t * self.mean
        return self.mean - self.clean + slope * (x - middle)


FLOWS = {
    "from pure noise": Gaussian(clean=0.3, deviation=0.5, mean=0.0, tau=1.0),
    "a bridge": Gaussian(clean=0.4, deviation=0.04, mean=0.6, tau=0.1),
}
NOISES: dict[str, Callable[[float], Covariance]] = {
    "white": Isotropic,
    "octaves": lambda tau: Octaves(Isotropic(tau)),
}


def even_times(steps: int) -> list[float]:
    return [1 - step / steps for step in range(steps + 1)]


def end_of_walk(
    flow: Gaussian, sampler: SamplerName, explored: Covariance, times: Sequence[float]
) -> torch.Tensor:
    """Walk from the source; the last step is taken without noise."""
    generator = torch.Generator().manual_seed(0)
    source = flow.source()
    x = source.draw(generator)
    for now, following in pairwise(times[:-1]):
        step = SAMPLERS[sampler](
            x,
            flow.velocity(x, now),
            now,
            following,
            source=source,
            explored=explored,
            noise=0.7,
        )
        x = step.draw(torch.randn(x.shape, generator=generator))
    return x - times[-2] * flow.velocity(x, times[-2])


@pytest.mark.parametrize("noise", NOISES)
@pytest.mark.parametrize("name", FLOWS)
def test_marginals_of_the_sde_become_those_of_the_flow_with_small_steps(
    name: str, noise: str
) -> None:
    flow = FLOWS[name]
    misses = []
    for steps in (4, 16, 64):
        end = end_of_walk(flow, "sde", NOISES[noise](flow.tau), even_times(steps))
        assert float(end.mean()) == pytest.approx(flow.clean, abs=0.05 * flow.deviation)
        misses.append(abs(float(end.std()) / flow.deviation - 1))
    assert misses[0] > misses[1] > misses[2]
    assert misses[2] < 0.03


def test_the_formula_for_pure_noise_is_wrong_on_a_bridge() -> None:
    """Why there is a general one: the drift of Flow-GRPO takes x itself for the noise."""
    flow = FLOWS["a bridge"]
    source = flow.source()
    for_noise = Source(torch.zeros_like(source.mean), Isotropic(1.0))
    generator, x = torch.Generator().manual_seed(0), source.mean
    for now, following in pairwise(even_times(64)[:-1]):
        place = (x, flow.velocity(x, now), now, following)
        step = sde_step(*place, source=for_noise, explored=Isotropic(1.0), noise=0.7)
        x = step.draw(torch.randn(x.shape, generator=generator))
    assert float(x.std()) > 5 * flow.deviation


@pytest.mark.parametrize("name", FLOWS)
def test_cps_keeps_the_level_of_noise_if_the_flow_knows_the_end(name: str) -> None:
    flow = Gaussian(**{**vars(FLOWS[name]), "deviation": 1e-6})
    source = flow.source()
    x = source.draw(torch.Generator().manual_seed(0))
    step = cps_step(
        x,
        flow.velocity(x, 1.0),
        1.0,
        0.6,
        source=source,
        explored=source.covariance,
        noise=0.7,
    )
    x = step.draw(torch.randn(x.shape, generator=torch.Generator().manual_seed(1)))
    assert float(x.mean()) == pytest.approx(0.4 * flow.clean + 0.6 * flow.mean, abs=0.03)
    assert float(x.std()) == pytest.approx(0.6 * flow.tau, rel=0.02)


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_little_noise_gives_nearly_the_step_of_the_flow(sampler: SamplerName) -> None:
    flow = FLOWS["a bridge"]
    source = flow.source()
    x = source.draw(torch.Generator().manual_seed(0))
    velocity = flow.velocity(x, 0.8)
    step = SAMPLERS[sampler](
        x, velocity, 0.8, 0.7, source=source, explored=source.covariance, noise=1e-3
    )
    torch.testing.assert_close(step.mean, x - 0.1 * velocity, atol=1e-4, rtol=0)


@pytest.mark.parametrize("noise", NOISES)
def test_log_probability_is_that_of_a_normal_distribution_in_whitened_coordinates(
    noise: str,
) -> None:
    covariance = NOISES[noise](0.1)
    generator = torch.Generator().manual_seed(0)
    mean, end = (torch.randn((3, 2, 5, 8), generator=generator) for _ in range(2))
    step = Step(mean, 0.3, covariance)
    whitened = Normal(covariance.whiten(mean), 0.3).log_prob(covariance.whiten(end))
    torch.testing.assert_close(step.log_probability(end), whitened.flatten(1).mean(1))
    one, other = (Normal(covariance.whiten(at), 0.3) for at in (mean, end))
    divergence = torch.distributions.kl_divergence(one, other).flatten(1).mean(1)
    torch.testing.assert_close(step.divergence(end), divergence)


def test_probabilities_are_in_float32() -> None:
    mean = torch.zeros((2, 3, 16, 16), dtype=torch.bfloat16)
    source = Source(mean, Isotropic(0.1))
    explored = Octaves(Isotropic(0.1))
    step = sde_step(mean, mean, 1.0, 0.5, source=source, explored=explored, noise=0.5)
    assert step.log_probability(step.draw(torch.zeros(mean.shape))).dtype == torch.float32
