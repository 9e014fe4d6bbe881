"""Fields that several flows share."""

from typing import Annotated

from pydantic import Field

from schemas.pattern import Pattern
from schemas.reasoner import ReasonerChoice
from schemas.restorer import RestorerChoice
from schemas.training import DeviceName
from schemas.url import Url
from schemas.workers import WorkerCount

Count = Annotated[int, Field(gt=0)]

Reasoner = Annotated[ReasonerChoice, Field(description="The reasoner, or its weights file")]
Restorer = Annotated[RestorerChoice, Field(description="The restorer, or its weights file")]
Shards = Annotated[Url, Field(description="Folder of the data set")]
Include = Annotated[
    tuple[Pattern, ...],
    Field(description="Patterns, as in .gitignore, of what is never left out, not even hidden"),
]
Exclude = Annotated[
    tuple[Pattern, ...], Field(description="Patterns, as in .gitignore, of files to leave out")
]
Seed = Annotated[int, Field(description="Seed of all random draws")]
Steps = Annotated[Count, Field(description="Training steps")]
Accumulate = Annotated[Count, Field(description="Batches whose gradients a step accumulates")]
Device = Annotated[DeviceName, Field(description="Where to train; auto uses a GPU if there is one")]
Workers = Annotated[
    WorkerCount | None,
    Field(description="Shards to process at a time; by default one per usable core"),
]
Verify = Annotated[
    bool, Field(description="Compare every shard with its checksum before reading it")
]
LearningRate = Annotated[float, Field(gt=0, description="Highest rate; it rises, then falls")]
