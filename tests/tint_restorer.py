"""A policy with a known optimum: it adds a colour to photographs, and learns which."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import nn

from rr_tasks.alignment.advantages import Selection
from rr_tasks.alignment.policy import Policy
from rr_tasks.alignment.rewards.restorations import Restorations
from rr_tasks.alignment.rollouts import Rollout, roll_out
from rr_tasks.alignment.walks import Exploration
from rr_tasks.photographs.pixels import Pixels, to_8_bits
from rr_tasks.restorer.flow import Isotropic, Source, velocity_towards
from rr_tasks.restorer.protocol import Guides, Place, Tile
from rr_tasks.restorer.sampling import ONE_STEP
from rr_tasks.training.flow import FlowBatch
from schemas.prior.current import DiagnosticPrior

SIDE, GROUPS = 8, 3
WANTED = torch.tensor([0.08, -0.05, 0.02]).reshape(3, 1, 1)
"""What the judge likes best to be added."""
BEST = WANTED / 0.75
"""What makes it so: of a colour, half is in where a first step to t = 0.5 ends, and of the other
half, the second step adds half.
"""


class Photographs(NamedTuple):
    degraded: torch.Tensor


class Tint(nn.Module):
    """A colour that learns, and one that does not."""

    def __init__(self) -> None:
        super().__init__()
        self.colour = nn.Parameter(torch.zeros(3, 1, 1))
        self.frozen = nn.Parameter(torch.zeros(3, 1, 1), requires_grad=False)

    def forward(self, x: torch.Tensor, t: torch.Tensor, degraded: torch.Tensor) -> torch.Tensor:
        """Predict x0; the later, the more what was explored stays."""
        time = t[:, None, None, None]
        return time * (degraded + self.colour + self.frozen) + (1 - time) * x


class TintRestorer:
    """See `rr_tasks.restorer.protocol.Restorer`."""

    device = torch.device("cpu")
    tile = Tile(side=64, multiple=1, overlap=0, batch=2)
    typical_error = 1e-3

    def __init__(self) -> None:
        self.network = Tint()

    def trainable(self) -> Tint:
        return self.network

    def survey(self, photograph: Pixels, prior: DiagnosticPrior | None) -> Guides:
        return to_8_bits(photograph[..., :0])

    def prepare(
        self,
        images: torch.Tensor,
        priors: Sequence[DiagnosticPrior | None],
        guides: torch.Tensor,
    ) -> Photographs:
        return Photographs(images)

    def encode(self, images: torch.Tensor) -> torch.Tensor:
        return images

    def decode(self, x0: torch.Tensor, condition: Photographs) -> torch.Tensor:
        return x0.clamp(0.0, 1.0)

    def source(self, condition: Photographs) -> Source:
        return Source(condition.degraded, Isotropic(0.1))

    def begin(self, condition: Photographs, places: Sequence[Place]) -> torch.Tensor:
        return condition.degraded

    def times(self, condition: Photographs) -> Sequence[float]:
        return ONE_STEP

    def velocity(self, x: torch.Tensor, t: torch.Tensor, condition: Photographs) -> torch.Tensor:
        return velocity_towards(self.network(x, t, condition.degraded), x, t)


def score(restorations: Restorations) -> dict[str, list[float]]:
    """Reward by how near the colour that was added is to the wanted one."""
    pairs = zip(restorations.restored, restorations.degraded, strict=True)
    wanted = WANTED.flatten().numpy()
    added = [(one / 255.0 - other / 255.0).mean((0, 1)) for one, other in pairs]
    total = [-float(np.abs(colour - wanted).sum()) for colour in added]
    return {"colour": total, "total": total}


def colour_of(policy: Policy) -> nn.Parameter:
    """What learns."""
    return policy.network.get_parameter("colour")


def exploration(**changes: Any) -> Exploration:
    chosen: dict[str, Any] = {
        "sampler": "sde",
        "noise": 0.3,
        "times": (1.0, 0.5, 0.0),
        "window": 1,
        "members": 8,
    }
    return Exploration(**{**chosen, **changes})


def photographs() -> FlowBatch:
    generator = torch.Generator().manual_seed(0)
    shape = (GROUPS, 3, SIDE, SIDE)
    images = torch.randint(80, 170, shape, generator=generator, dtype=torch.uint8)
    return FlowBatch(images, images, images[:, :0], (None,) * GROUPS)


def roll(policy: Policy, explored: Exploration, seed: int = 0) -> Rollout:
    with policy.acting():
        return roll_out(
            policy.restorer,
            photographs(),
            photographs(),
            exploration=explored,
            selection=Selection(least_spread=1e-4, highest_mean=None),
            score=score,
            generator=torch.Generator().manual_seed(seed),
        )
