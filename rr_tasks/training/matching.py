"""Flow matching in latents: teaches an adapter of a Qwen model to restore."""

import torch

from rr_tasks.restorer.qwen.restorer import QwenRestorer
from rr_tasks.training.encoded import EncodedBatch
from rr_tasks.training.flow import miss
from rr_tasks.training.objective import Losses

ALGORITHM = 1
"""Counts changes of this objective that lead the same settings to other weights."""


def matching_loss(
    restorer: QwenRestorer, batch: EncodedBatch, generator: torch.Generator
) -> Losses:
    """Compute the squared error of the velocity, at times that the model's schedule prefers.

    Returns:
        `loss`, and `error`, the squared error of x0.
    """
    t = restorer.draw_times(batch.condition, generator)
    difference = miss(restorer, batch.x0, batch.condition, t, generator)
    errors = difference.square().flatten(1).mean(1)
    return {"loss": (errors / t.square()).mean(), "error": errors.detach().mean()}
