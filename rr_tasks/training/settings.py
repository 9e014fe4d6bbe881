"""Settings of the training loop, from what users say."""

from typing import Protocol

from schemas.training import LoopSettings


class Wishes(Protocol):
    """What users say of a training run, whatever learns in it."""

    @property
    def steps(self) -> int:
        """Training steps."""

    @property
    def batch_size(self) -> int:
        """Examples per batch."""

    @property
    def accumulate(self) -> int:
        """Batches per step."""

    @property
    def learning_rate(self) -> float:
        """The highest one."""

    @property
    def seed(self) -> int:
        """That of all random draws."""


def choose_settings(wishes: Wishes, *, warmup_steps: int) -> LoopSettings:
    """Choose settings that are right for a long run, and for a short one.

    Args:
        wishes: what the user says.
        warmup_steps: over which the learning rate rises, unless that is much of a short run.
    """
    return LoopSettings(
        steps=wishes.steps,
        batch_size=wishes.batch_size,
        accumulate=wishes.accumulate,
        learning_rate=wishes.learning_rate,
        warmup_steps=min(warmup_steps, wishes.steps // 10),
        ema_decay=_choose_decay(wishes.steps),
        seed=wishes.seed,
    )


def _choose_decay(steps: int) -> float:
    """Return a decay of the average that forgets the weights from the start of a short run."""
    return min(0.999, max(0.0, 1 - 8 / steps))
