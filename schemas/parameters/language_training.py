"""Parameters of teaching a vision-language model."""

from typing import Annotated, Literal

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
from schemas.reasoner import AttentionName
from schemas.restorer import DtypeName
from schemas.url import Url


class TrainLanguageParameters(Parameters):
    """Teach a vision-language model of Qwen a data set's ground truth."""

    shards: Shards
    annotations: Url | None = Field(
        None, description="Folder of priors to learn instead, such as truths with scenes"
    )
    output: Url = Field(description="Folder for checkpoint, log, and what is learned")
    start: Annotated[Url, Field(min_length=1)] | None = Field(
        None,
        description="Folder of the model, or its name on the Hub; by default a toy with random "
        "weights, to try the stage",
    )
    revision: str | None = Field(None, description="Revision on the Hub; by default the newest")
    learn: Literal["adapter", "full"] = Field(
        "adapter", description="A LoRA on the language model, or all weights"
    )
    rank: Count = Field(16, description="Rank of the adapter")
    dtype: DtypeName = Field("auto", description="Type of the weights that do not learn")
    attention: AttentionName = Field("sdpa", description="How attention is computed")
    checkpointing: bool = Field(
        True, description="Compute activations again instead of keeping them: slower, less memory"
    )
    rating_share: Annotated[float, Field(ge=0, le=1)] = Field(
        0.25, description="Share of lessons that ask for a rating in digits, as the judge does"
    )
    measured_scenes: bool = Field(
        False,
        description="Also learn descriptions that nobody has seen but were measured; a model "
        "without training needs them to write an answer at all",
    )
    validation: Url | None = Field(
        None, description="Folder of a data set to measure it on while it learns"
    )
    validate_every: Count = Field(500, description="Steps between two measurements")
    validate_samples: Count = Field(64, description="Photographs of a measurement")
    steps: Steps = 2_000
    batch_size: Count = Field(4, description="Photographs per batch")
    learning_rate: LearningRate = 1e-4
    seed: Seed = 0
    accumulate: Accumulate = 4
    device: Device = "auto"
    verify: Verify = False
