"""When a walk from noise to photograph stops, as the model's scheduler settings say."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import torch
from diffusers import FlowMatchEulerDiscreteScheduler


@dataclass(frozen=True)
class Schedule:
    """The times of a model: longer sequences of tokens spend more steps in much noise.

    Args:
        settings: of its `FlowMatchEulerDiscreteScheduler`. What they leave out has the defaults of
            that class; the pipelines of diffusers fall back to others.
    """

    settings: Mapping[str, Any]

    @classmethod
    def of(cls, scheduler: FlowMatchEulerDiscreteScheduler) -> Self:
        """Read a loaded scheduler."""
        return cls(dict(scheduler.config))

    def times(self, tokens: int, steps: int) -> list[float]:
        """Return the times of a walk of `steps` steps, from 1 to 0."""
        if steps == 1:
            return [1.0, 0.0]  # there is nothing to stretch, and the scheduler divides by zero
        scheduler = FlowMatchEulerDiscreteScheduler.from_config(dict(self.settings))
        even = torch.linspace(1.0, 1.0 / steps, steps, dtype=torch.float64)
        if scheduler.config.use_dynamic_shifting:
            scheduler.set_timesteps(sigmas=even.tolist(), mu=self.shift(tokens))
        else:
            scheduler.set_timesteps(sigmas=even.tolist())
        return [float(time) for time in scheduler.sigmas]

    def warp(self, t: torch.Tensor, tokens: int) -> torch.Tensor:
        """Shift even times (B,) in 0-1 as the schedule does, for training."""
        scheduler = FlowMatchEulerDiscreteScheduler.from_config(dict(self.settings))
        warped: torch.Tensor = (
            scheduler.time_shift(self.shift(tokens), 1.0, t)
            if scheduler.config.use_dynamic_shifting
            else scheduler.shift * t / (1 + (scheduler.shift - 1) * t)
        )
        return warped

    def shift(self, tokens: int) -> float:
        """Return the shift of a sequence of so many tokens, on a line through two known ones."""
        settings = FlowMatchEulerDiscreteScheduler.from_config(dict(self.settings)).config
        reach = settings.max_image_seq_len - settings.base_image_seq_len
        slope = (settings.max_shift - settings.base_shift) / reach
        return float(settings.base_shift + slope * (tokens - settings.base_image_seq_len))
