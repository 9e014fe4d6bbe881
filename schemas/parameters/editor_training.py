"""Parameters of adapting an image editing model."""

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
from schemas.restorer import DtypeName, StorageName
from schemas.url import Url


class TrainEditorParameters(Parameters):
    """Adapt an image editing model of Qwen to a data set and its annotations, by a LoRA."""

    shards: Shards
    annotations: Url = Field(description="Folder of its annotations")
    output: Url = Field(description="Folder for encoded data, checkpoint, log and adapter")
    start: Url = Field(min_length=1, description="Folder of the model, or its name on the Hub")
    revision: str | None = Field(None, description="Revision on the Hub; by default the newest")
    dtype: DtypeName = Field("auto", description="Type of the weights that do not learn")
    storage: StorageName = Field("full", description="How they are kept; float8 halves the memory")
    rank: Count = Field(32, description="Rank of the adapter")
    steps: Steps = 3_000
    batch_size: Count = Field(1, description="Crops per batch")
    crop_side: int = Field(
        512,
        ge=32,
        multiple_of=32,
        description="Height and width of a crop in pixels; a multiple of 32",
    )
    learning_rate: LearningRate = 1e-4
    seed: Seed = 0
    accumulate: Accumulate = 4
    device: Device = "auto"
    verify: Verify = False
