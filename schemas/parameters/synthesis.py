"""Parameters of making shards of degraded photographs."""

from typing import Annotated

from pydantic import Field

from schemas.parameters.base import Parameters
from schemas.parameters.options import Count, Exclude, Include, Seed, Workers
from schemas.url import Url


class SynthesizeParameters(Parameters):
    """Make shards of degraded photographs from clean ones."""

    photographs: Url = Field(description="Folder of clean photographs")
    output: Url = Field(description="Where to put the data set")
    recipe: Url = Field("edge-default", description="Name of a recipe, or a JSON file of your own")
    samples: Count | None = Field(
        None, description="Samples to make; by default 16 for each photograph"
    )
    include: Include = ()
    exclude: Exclude = ()
    shard_size: Annotated[int, Field(gt=0, le=10_000, description="Samples per shard")] = 128
    seed: Seed = 0
    workers: Workers = None
