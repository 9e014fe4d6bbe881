"""Parameters of running all stages."""

from pydantic import Field

from schemas.parameters.base import Parameters
from schemas.parameters.options import Count, LearningRate, Seed, Steps, Workers
from schemas.url import Url


class PipelineParameters(Parameters):
    """Run all stages: synthesize, annotate, fine-tune, evaluate, promote, restore."""

    photographs: Url = Field(description="Folder of clean photographs for training")
    heldout: Url = Field(description="Folder of clean photographs that are never used in training")
    output: Url = Field(description="Folder for everything the pipeline makes")
    archive: Url | None = Field(
        None, description="Folder to restore; by default the degraded held-out photographs"
    )
    samples: Count = Field(128, description="Number of degraded samples")
    steps: Steps = 60
    learning_rate: LearningRate = 5e-5
    seed: Seed = 0
    workers: Workers = None
