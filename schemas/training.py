"""Settings of a training run."""

from typing import Annotated, Literal

from pydantic import Field

from schemas.base import Sha256, Strict, Unit

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
    compiled: bool = False


class TrainingRecord(Strict):
    """What a training run depends on; kept beside its checkpoint and inside its weights."""

    network: Literal["edge-reasoner", "edge-restorer"]
    settings: LoopSettings
    shards: str
    annotations: str | None = None
    start_sha256: Sha256 | None = None
