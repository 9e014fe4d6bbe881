"""Restorations to learn from, as batches: each photograph restored several times, and rewarded."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import torch
from accelerate.utils import send_to_device

from rr_tasks.alignment.advantages import Advantages, Selection, compare_members
from rr_tasks.alignment.policy import Policy
from rr_tasks.alignment.rewards.model import TOTAL
from rr_tasks.alignment.rewards.restorations import Restorations
from rr_tasks.alignment.walks import Exploration, Taken, begin, explore, finish
from rr_tasks.device import autocast
from rr_tasks.photographs.pixels import Bytes
from rr_tasks.restorer.protocol import Restorer
from rr_tasks.training.flow import FlowBatch
from rr_tasks.training.objective import Losses
from rr_tasks.training.rounds import Batches

Rewards = dict[str, list[float]]
Choose = Callable[[FlowBatch], tuple[FlowBatch, FlowBatch]]
"""Tells photographs to restore several times from those that are only learned from their truth."""

Score = Callable[[Restorations], Rewards]
"""Rewards restorations, by the name of the reward; `TOTAL` is what counts."""


class Rollout(NamedTuple):
    """G photographs, each restored M times: B = G * M members, those of a group side by side.

    Attributes:
        photographs: what was restored.
        supervised: photographs to learn from their truth alone.
        condition: of `photographs`.
        start: where their walks began, (G, ...).
        steps: of the walks, those that explored.
        x0: where the walks ended, (B, ...).
        advantages: of the members.
        rewards: means of the rewards, by name.
    """

    photographs: FlowBatch
    supervised: FlowBatch
    condition: Any
    start: torch.Tensor
    steps: tuple[Taken, ...]
    x0: torch.Tensor
    advantages: Advantages
    rewards: dict[str, float]


class Rollouts:
    """Batches of restorations by the policy as it is when they are asked for.

    The same number gives the same batch as long as the policy has not learned, so a run resumes
    exactly where new restorations begin.

    Args:
        policy: restores, and learns from what it made.
        photographs: batches of photographs, by number.
        choose: those to restore.
        exploration: how to restore them.
        selection: the groups to learn from.
        score: rewards.
        updates: steps that learn from the same restorations.
        accumulate: batches of a step.
        seed: decides all draws.
        process: number of this process.
    """

    def __init__(
        self,
        policy: Policy,
        photographs: Batches[FlowBatch],
        *,
        choose: Choose,
        exploration: Exploration,
        selection: Selection,
        score: Score,
        updates: int,
        accumulate: int,
        seed: int,
        process: int,
    ) -> None:
        self._policy, self._photographs, self._choose = policy, photographs, choose
        self._score = score
        self._exploration, self._selection = exploration, selection
        self._updates, self._accumulate = updates, accumulate
        self._seed, self._process = seed, process
        self._made: dict[int, Rollout] = {}

    def batch(self, number: int) -> Rollout:
        """Return batch `number`: new restorations, or in later updates the same ones again."""
        step, part = divmod(number, self._accumulate)
        turn, update = divmod(step, self._updates)
        if update == 0:
            if part == 0:
                self._made.clear()
                self._policy.begin_round(turn)
            self._made[part] = self._make(turn * self._accumulate + part)
        return self._made[part]

    def _make(self, number: int) -> Rollout:
        restorer = self._policy.restorer
        (seed,) = np.random.SeedSequence((3, self._seed, number, self._process)).generate_state(
            1, np.uint64
        )
        generator = torch.Generator().manual_seed(int(seed))
        photographs = send_to_device(self._photographs.batch(number), restorer.device)
        with self._policy.acting(), autocast(restorer.device):
            return roll_out(
                restorer,
                *self._choose(photographs),
                exploration=self._exploration,
                selection=self._selection,
                score=self._score,
                generator=generator,
            )


def roll_out(
    restorer: Restorer[Any],
    photographs: FlowBatch,
    supervised: FlowBatch,
    *,
    exploration: Exploration,
    selection: Selection,
    score: Score,
    generator: torch.Generator,
) -> Rollout:
    """Restore photographs several times each, and compare the results.

    Args:
        restorer: restores.
        photographs: on its device.
        supervised: kept beside what is made of them.
        exploration: how to restore them.
        selection: the groups to learn from.
        score: rewards.
        generator: on the CPU.
    """
    with torch.no_grad():
        condition = prepare(restorer, photographs)
        start = begin(restorer, condition, len(photographs.priors), generator)
        steps = explore(restorer, condition, start, exploration, generator)
        x0, images = finish(restorer, condition, steps[-1].end, exploration)
    rewards = score(_pair(photographs, images, exploration.members))
    totals = torch.tensor(rewards[TOTAL], dtype=torch.float32).reshape(-1, exploration.members)
    advantages = send_to_device(compare_members(totals, selection), x0.device)
    means = {name: _mean(values) for name, values in rewards.items()}
    return Rollout(photographs, supervised, condition, start, steps, x0, advantages, means)


def describe(rollout: Rollout) -> Losses:
    """Return what a log says of restorations: rewards, and shares that teach nothing."""
    advantages = rollout.advantages
    rewards = {f"reward_{name}": value for name, value in rollout.rewards.items()}
    shares = {
        "groups_spreadless": advantages.spreadless,
        "groups_finished": advantages.finished,
        "members_unjudged": advantages.unjudged,
    }
    device = rollout.x0.device
    return {name: torch.tensor(value, device=device) for name, value in rewards.items()} | shares


def prepare(restorer: Restorer[Any], photographs: FlowBatch) -> Any:
    """Return the condition of degraded photographs."""
    degraded, guides = (part.float() / 255 for part in (photographs.degraded, photographs.guides))
    return restorer.prepare(degraded, photographs.priors, guides)


def _pair(photographs: FlowBatch, images: torch.Tensor, members: int) -> Restorations:
    """Pair restorations (B, 3, H, W) in 0-1 with what they are of."""
    degraded, clean = map(_to_arrays, (photographs.degraded, photographs.clean))
    restored = show(images)
    groups = [place // members for place in range(len(restored))]
    return Restorations(
        degraded=[degraded[group] for group in groups],
        restored=restored,
        clean=[clean[group] for group in groups],
    )


def show(images: torch.Tensor) -> list[Bytes]:
    """Turn images (B, 3, H, W) in 0-1 into what a judge sees, (H, W, 3)."""
    return _to_arrays((images * 255).round().clamp(0, 255).byte())


def _to_arrays(images: torch.Tensor) -> list[Bytes]:
    """Turn bytes (B, 3, H, W) into arrays (H, W, 3)."""
    return [np.ascontiguousarray(image) for image in images.permute(0, 2, 3, 1).cpu().numpy()]


def _mean(values: list[float]) -> float:
    """Average the numbers among values; 0 if there are none."""
    known = np.array(values)[~np.isnan(values)]
    return float(known.mean()) if len(known) else 0.0
