"""The state of a training run: weights, their average, and the optimizer."""

import io
import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pickle import UnpicklingError
from typing import Any

import torch
from torch import nn
from torch.optim.lr_scheduler import LambdaLR

from rr_tasks.storage.failure import MissingFileError
from rr_tasks.storage.files import publish_when_written, read_bytes
from rr_tasks.training.guard import Measures
from schemas.errors import ExpectedError
from schemas.training import LoopSettings

Weights = Mapping[str, torch.Tensor]

_GARBAGE = (RuntimeError, UnpicklingError, EOFError, ValueError, LookupError, TypeError)
"""What torch raises when it reads something else than it wrote."""


class UnwritableCheckpointError(ExpectedError, OSError):
    """A checkpoint does not fit on the disk."""


class DamagedCheckpointError(ExpectedError, ValueError):
    """A checkpoint cannot be read."""


class TrainingState:
    """Weights, trained by AdamW with a cosine schedule, and their moving average.

    Frozen parameters belong to the network and are neither averaged nor saved.

    Args:
        network: the network on its device, updated in place.
        settings: see `LoopSettings`.
    """

    def __init__(self, network: nn.Module, settings: LoopSettings) -> None:
        parameters = network.named_parameters(remove_duplicate=False)  # tied ones have two names
        frozen = {name for name, value in parameters if not value.requires_grad}
        state = network.state_dict()
        self.learned = {name: value for name, value in state.items() if name not in frozen}
        """The weights that learn and the statistics beside them; they share the network's memory.
        """
        self.history: list[Measures] = []
        """What a guard has measured so far."""
        self._average: dict[str, torch.Tensor] = {}
        self._kept: dict[str, torch.Tensor] = {}
        self._decay, self._clip = settings.ema_decay, settings.gradient_clip
        self._parameters = [value for value in network.parameters() if value.requires_grad]
        self._optimizer = torch.optim.AdamW(
            self._parameters,
            lr=settings.learning_rate,
            betas=(0.9, 0.95),
            weight_decay=settings.weight_decay,
            fused=True,
        )
        self._schedule = LambdaLR(
            self._optimizer, lambda step: _rate_at(step, settings.warmup_steps, settings.steps)
        )

    @property
    def learning_rate(self) -> float:
        """The learning rate of the next step."""
        return float(self._schedule.get_last_lr()[0])

    @property
    def is_finite(self) -> bool:
        """Whether every weight is a finite number."""
        return all(bool(value.isfinite().all()) for value in self.learned.values())

    def step(self) -> torch.Tensor:
        """Take a step along the gradients that have been added up, and clear them.

        Returns:
            Their norm, before it was bounded.
        """
        norm: torch.Tensor = nn.utils.clip_grad_norm_(self._parameters, self._clip)
        self._optimizer.step()
        self._optimizer.zero_grad(set_to_none=True)
        self._schedule.step()
        self._update_average()
        return norm.detach()

    def use_result(self) -> None:
        """Give the network the weights that were kept, or else the averaged ones."""
        self._put(self._kept or self._average)

    def keep(self) -> None:
        """Keep the averaged weights as the result."""
        self._kept = _copy(self._average or self.learned)

    @contextmanager
    def averaged(self) -> Iterator[None]:
        """Give the network the averaged weights for a while."""
        learned = _copy(self.learned)
        self._put(self._average)
        try:
            yield
        finally:
            self._put(learned)

    def save(self, url: str, step: int) -> None:
        """Write a checkpoint atomically.

        Raises:
            UnwritableCheckpointError: the disk is full; the last checkpoint stays.
            StorageError: storage refuses.
        """
        saved = {
            "step": step,
            "learned": self.learned,
            "average": self._average,
            "kept": self._kept,
            "history": self.history,
            "optimizer": self._optimizer.state_dict(),
            "schedule": self._schedule.state_dict(),
        }
        try:
            with publish_when_written(url) as path:
                torch.save(saved, path)
        except RuntimeError as error:  # how torch reports what the system refused
            raise UnwritableCheckpointError(
                f"{url}: cannot be written at step {step}; free some space and run the same "
                "command again to resume"
            ) from error

    def load(self, url: str) -> int:
        """Return to a checkpoint.

        Returns:
            The number of steps taken so far; 0 if there is no checkpoint.

        Raises:
            DamagedCheckpointError: the file is no checkpoint.
            StorageError: storage refuses.
        """
        try:
            content = read_bytes(url)
        except MissingFileError:
            return 0
        device = self._parameters[0].device
        try:
            saved: dict[str, Any] = torch.load(
                io.BytesIO(content), map_location=device, weights_only=True
            )
        except _GARBAGE as error:
            raise DamagedCheckpointError(
                f"{url}: not a readable checkpoint; delete it to train from the start"
            ) from error
        self._put(saved["learned"])
        self._average, self._kept = saved["average"], saved.get("kept", {})
        self.history = saved.get("history", [])
        self._optimizer.load_state_dict(saved["optimizer"])
        self._schedule.load_state_dict(saved["schedule"])
        return int(saved["step"])

    def _put(self, weights: Weights) -> None:
        for name, value in weights.items():
            self.learned[name].copy_(value)

    def _update_average(self) -> None:
        if not self._average:
            self._average = _copy(self.learned)
            return
        floats = [name for name, value in self.learned.items() if value.is_floating_point()]
        torch._foreach_lerp_(
            [self._average[name] for name in floats],
            [self.learned[name] for name in floats],
            1 - self._decay,
        )
        for name in self.learned.keys() - set(floats):  # counters
            self._average[name].copy_(self.learned[name])


def _copy(weights: Weights) -> dict[str, torch.Tensor]:
    return {name: value.clone() for name, value in weights.items()}


def _rate_at(step: int, warmup_steps: int, steps: int) -> float:
    """Return the share of the highest rate: it rises linearly, then falls along a cosine to 0."""
    if step < warmup_steps:
        return step / warmup_steps
    done = (step - warmup_steps) / max(1, steps - warmup_steps)
    return 0.5 * (1 + math.cos(math.pi * done))
