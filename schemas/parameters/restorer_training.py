"""Parameters of training the edge restorer."""

from pydantic import Field

from schemas.parameters.base import Parameters
from schemas.parameters.options import (
    Accumulate,
    Count,
    Device,
    LearningRate,
    Seed,
    Shards,
    Steps,
    Verify,
)
from schemas.restorer import QwenRestorerChoice
from schemas.url import Url


class TrainRestorerParameters(Parameters):
    """Train the edge restorer on a data set and its annotations."""

    shards: Shards
    annotations: Url = Field(description="Folder of its annotations")
    output: Url = Field(description="Folder for checkpoint, log and weights")
    start: Url | None = Field(None, description="Weights to start from; by default random ones")
    steps: Steps = 7_000
    batch_size: Count = Field(8, description="Crops per batch")
    crop_side: int = Field(
        128,
        ge=32,
        multiple_of=32,
        description="Height and width of a crop in pixels; a multiple of 32",
    )
    teacher: QwenRestorerChoice | None = Field(
        None, description="A larger restorer, to learn from its restorations beside the truth"
    )
    teacher_share: float = Field(
        0.5, gt=0.0, le=1.0, description="With a teacher: how much its restorations count"
    )
    spectral_weight: float = Field(
        0.0, ge=0, description="How much errors of the spectrum count beside those of pixels"
    )
    learning_rate: LearningRate = 1e-3
    seed: Seed = 0
    accumulate: Accumulate = 1
    device: Device = "auto"
    verify: Verify = False
    compiled: bool = Field(
        False,
        description="Compile the network first: minutes once, then a quarter less per step",
    )
