"""Parameters of making shards of existing pairs."""

from typing import Annotated

from pydantic import Field

from schemas.parameters.base import Parameters
from schemas.parameters.options import Exclude, Include, Workers
from schemas.prior.current import DegradationName
from schemas.shard import LayoutName
from schemas.url import Url


class IngestParameters(Parameters):
    """Make shards of existing degraded photographs and their clean counterparts."""

    layout: LayoutName = Field(description="Layout of the pairs; pairs means any two folders")
    folder: Url = Field(description="Folder of the pairs")
    output: Url = Field(description="Where to put the data set")
    clean: Url | None = Field(None, description="With pairs: subfolder of the clean photographs")
    degraded: Url | None = Field(None, description="With pairs: subfolder of the degraded ones")
    present: tuple[DegradationName, ...] = Field((), description="With pairs: the degradations")
    include: Include = ()
    exclude: Exclude = ()
    shard_size: Annotated[int, Field(gt=0, le=10_000, description="Pairs per shard")] = 128
    workers: Workers = None
