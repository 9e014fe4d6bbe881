"""Parameters of writing a data set for other programs."""

from typing import Annotated

from pydantic import Field

from schemas.base import Unit
from schemas.export import Dialect, SplitName
from schemas.parameters.base import Parameters
from schemas.parameters.options import Shards, Verify, Workers
from schemas.url import Url


class ExportHfParameters(Parameters):
    """Write a data set in a form that Hugging Face datasets can load."""

    shards: Shards
    output: Url = Field(description="Folder for the shards and the card")
    annotations: Url | None = Field(None, description="Folder of its annotations, to include them")
    split: Annotated[SplitName, Field(description="Name of the split")] = "train"
    workers: Workers = None
    verify: Verify = False


class ExportMessagesParameters(Parameters):
    """Write a data set as chats for fine-tuning a vision-language model."""

    shards: Shards
    output: Url = Field(description="Folder for the chats and photographs")
    annotations: Url | None = Field(
        None, description="Folder of annotations to use as answers; by default the ground truth"
    )
    dialect: Annotated[
        Dialect, Field(description="tags for ms-swift and LLaMA-Factory, trl for TRL")
    ] = "tags"
    validation: Annotated[
        Unit, Field(description="Share of the photographs whose chats are for validation")
    ] = 0.1
    licence: str | None = Field(None, description="Licence of the photographs, for every line")
    workers: Workers = None
    verify: Verify = False
