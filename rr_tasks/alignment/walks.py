"""Walks that explore: all members of a group begin at one point, as in use, and part ways.

The first steps explore; the rest of the walk follows the flow, so that no judge sees added noise.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, NamedTuple, TypeVar

import torch
from torch.utils._pytree import tree_map_only

from rr_tasks.alignment.exploration import choose_noise
from rr_tasks.alignment.steps import SAMPLERS, Step
from rr_tasks.restorer.flow import white_noise
from rr_tasks.restorer.protocol import Place, Restorer
from rr_tasks.restorer.sampling import follow, velocity_at
from schemas.alignment import SamplerName

ValueT = TypeVar("ValueT")

_FAR = 2**20
"""Pixels within which a walk begins as at a random place in a photograph."""


@dataclass(frozen=True)
class Exploration:
    """How walks explore.

    Args:
        sampler: of their steps.
        noise: its strength.
        times: of a walk, from 1 to 0.
        window: how many first steps explore.
        members: walks of each photograph.
    """

    sampler: SamplerName
    noise: float
    times: Sequence[float]
    window: int
    members: int

    def step(
        self, restorer: Restorer[Any], condition: Any, x: torch.Tensor, now: float, following: float
    ) -> Step:
        """Return where a step from points (B, ...) may end."""
        source = restorer.source(condition)
        velocity = velocity_at(restorer, x, now, condition)
        return SAMPLERS[self.sampler](
            x,
            velocity,
            now,
            following,
            source=source,
            explored=choose_noise(source),
            noise=self.noise,
        )


class Taken(NamedTuple):
    """A step that explored.

    Attributes:
        x: where it began, (B, ...); of the first step (G, ...), because members agree there.
        now: its time.
        following: the time at which it ended.
        mean: of where it could have ended, (B, ...).
        end: where it ended, (B, ...).
        log_probability: of that, (B,).
    """

    x: torch.Tensor
    now: float
    following: float
    mean: torch.Tensor
    end: torch.Tensor
    log_probability: torch.Tensor


def begin(
    restorer: Restorer[Any], condition: Any, count: int, generator: torch.Generator
) -> torch.Tensor:
    """Return the points at t = 1 where walks begin: as in use, anywhere in a photograph."""
    cells = _FAR // restorer.tile.grid
    corners = torch.randint(cells, (count, 2), generator=generator) * restorer.tile.grid
    return restorer.begin(condition, [Place(*corner) for corner in corners.tolist()])


def explore(
    restorer: Restorer[Any],
    condition: Any,
    start: torch.Tensor,
    exploration: Exploration,
    generator: torch.Generator,
) -> tuple[Taken, ...]:
    """Take the steps that explore.

    Args:
        restorer: the flow.
        condition: of G photographs.
        start: where their walks begin, (G, ...).
        exploration: how to explore.
        generator: on the CPU.

    Returns:
        The steps of G * M walks, the members of a group side by side.
    """
    taken: list[Taken] = []
    x, told = start, condition
    for now, following in pairwise(exploration.times[: exploration.window + 1]):
        step = exploration.step(restorer, told, x, now, following)
        if not taken:
            step = branch(step, exploration.members)
            told = repeat(condition, exploration.members)
        end = step.draw(white_noise(step.mean, generator))
        taken.append(Taken(x, now, following, step.mean, end, step.log_probability(end)))
        x = end
    return tuple(taken)


def finish(
    restorer: Restorer[Any], condition: Any, x: torch.Tensor, exploration: Exploration
) -> tuple[torch.Tensor, torch.Tensor]:
    """Follow the flow to its end from where exploration stopped, a few walks at a time.

    Args:
        restorer: the flow.
        condition: of G photographs.
        x: the points of their walks, (G * M, ...).
        exploration: how they were reached.

    Returns:
        The clean points x0 (G * M, ...), and the images (G * M, 3, H, W) in 0-1.
    """
    times, size = exploration.times[exploration.window :], restorer.tile.batch
    told = repeat(condition, exploration.members)
    ends, images = [], []
    for first in range(0, len(x), size):
        few = slice(first, first + size)
        part = _pick(told, few)
        ends.append(follow(restorer, part, x[few], times))
        images.append(restorer.decode(ends[-1], part).float())
    return torch.cat(ends), torch.cat(images)


def branch(step: Step, members: int) -> Step:
    """Give every member of a group the same step."""
    return step._replace(mean=repeat(step.mean, members))


def repeat(value: ValueT, members: int) -> ValueT:
    """Repeat the tensors in anything, (G, ...), for the members of each group: (G * M, ...)."""
    repeated: ValueT = tree_map_only(
        torch.Tensor, lambda tensor: tensor.repeat_interleave(members, 0), value
    )
    return repeated


def _pick(value: ValueT, few: slice) -> ValueT:
    picked: ValueT = tree_map_only(torch.Tensor, lambda tensor: tensor[few], value)
    return picked
