"""Parameters of training the edge reasoner."""

from pydantic import Field

from schemas.parameters.base import Parameters
from schemas.parameters.options import Accumulate, Device, LearningRate, Seed, Shards, Steps, Verify
from schemas.url import Url


class TrainReasonerParameters(Parameters):
    """Train the edge reasoner on a data set's ground truth."""

    shards: Shards
    output: Url = Field(description="Folder for checkpoint, log and weights")
    start: Url | None = Field(None, description="Weights to start from; by default random ones")
    unlabelled: Url | None = Field(
        None, description="Folder of unlabelled photographs, from which it also learns"
    )
    annotations: Url | None = Field(
        None, description="Folder of their annotations by a better reasoner"
    )
    steps: Steps = 4000
    # Statistics of a batch normalize what the reasoner reads: one photograph has none.
    batch_size: int = Field(24, ge=2, description="Photographs per batch")
    learning_rate: LearningRate = 1.5e-3
    seed: Seed = 0
    accumulate: Accumulate = 1
    device: Device = "auto"
    verify: Verify = False
    compiled: bool = Field(
        False,
        description="Compile the network first: minutes once, then a quarter less per step",
    )
