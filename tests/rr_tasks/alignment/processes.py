"""Aligns in one of several processes, as `torchrun` starts it: `processes.py FOLDER`."""

import json
import sys
from pathlib import Path

import torch

from rr_tasks.alignment.advantages import Selection
from rr_tasks.alignment.grpo import TrustRegion, grpo_loss
from rr_tasks.alignment.policy import Policy
from rr_tasks.alignment.rollouts import Rollout, Rollouts
from rr_tasks.training.flow import FlowBatch
from rr_tasks.training.loop import train
from rr_tasks.training.objective import Losses, Objective
from rr_tasks.training.processes import join_processes
from schemas.training import LoopSettings
from tests.tint_restorer import TintRestorer, exploration, photographs, score

SETTINGS = LoopSettings(steps=3, batch_size=3, learning_rate=1e-2, warmup_steps=0, ema_decay=0.0)


class Same:
    """Serves the same photographs to all."""

    def batch(self, number: int) -> FlowBatch:
        return photographs()


def main(folder: Path) -> None:
    cpu = torch.device("cpu")
    rank = join_processes(cpu).process_index
    policy, explored = Policy(TintRestorer()), exploration()
    explored_to: list[float] = []

    def loss(rollout: Rollout, generator: torch.Generator) -> Losses:
        explored_to.append(float(rollout.steps[0].end.sum()))
        return grpo_loss(policy, rollout, explored, region=TrustRegion("clip", 1.0), kl_weight=0.1)

    rollouts = Rollouts(
        policy,
        Same(),
        choose=lambda given: (given, given),
        exploration=explored,
        selection=Selection(least_spread=0.0, highest_mean=None),
        score=score,
        updates=1,
        accumulate=1,
        seed=0,
        process=rank,
    )
    run = str(folder / "run")
    train(
        Objective(policy, loss),
        rollouts,
        SETTINGS,
        run,
        device=cpu,
        on_progress=lambda *_: None,
    )
    found = {"colour": policy.network.colour.flatten().tolist(), "explored": explored_to}
    (folder / f"found-{rank}.json").write_text(json.dumps(found))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
