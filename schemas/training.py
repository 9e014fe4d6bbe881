"""Settings of a training run."""

from typing import Annotated

from pydantic import Field

from schemas.base import Strict, Unit

Positive = Annotated[int, Field(gt=0)]


class LoopSettings(Strict):
    """How long and how fast to learn; the same settings and seed give the same weights."""

    steps: Positive
    batch_size: Positive
    learning_rate: Annotated[float, Field(gt=0.0)]
    warmup_steps: Annotated[int, Field(ge=0)] = 200
    weight_decay: Annotated[float, Field(ge=0.0)] = 1e-4
    gradient_clip: Annotated[float, Field(gt=0.0)] = 1.0
    ema_decay: Unit = 0.999
    checkpoint_every: Positive = 500
    seed: int = 0
