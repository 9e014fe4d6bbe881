"""Parameters of the flows; Prefect shows them as forms, the command line as options."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from schemas.assessment import ShortSide
from schemas.export import Dialect, SplitName
from schemas.prior.current import DegradationName
from schemas.reasoner import EdgeReasonerChoice, ReasonerChoice
from schemas.shard import LayoutName
from schemas.training import DeviceName
from schemas.url import Url
from schemas.workers import WorkerCount

RecipeName = Literal["edge-default", "benchmark", "edge-v2", "cdd11-like", "agenticir-like"]
Count = Annotated[int, Field(gt=0)]


class Parameters(BaseModel):
    """Base of flow parameters: immutable, no unknown fields. Paths are folders or fsspec URLs."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


Reasoner = Annotated[ReasonerChoice, Field(description="Who diagnoses; or its weights file")]
Shards = Annotated[Url, Field(description="Folder of the data set")]
Seed = Annotated[int, Field(description="Decides every random draw")]
Steps = Annotated[Count, Field(description="How long to train")]
Accumulate = Annotated[Count, Field(description="Batches that a step adds up")]
Device = Annotated[
    DeviceName, Field(description="Where to train; auto takes a GPU if there is one")
]
Workers = Annotated[
    WorkerCount | None,
    Field(description="Shards at the same time; by default as many as cores may be used"),
]
Verify = Annotated[
    bool, Field(description="First compare every shard that is read with its checksum")
]
LearningRate = Annotated[float, Field(gt=0, description="The highest one; it rises, then falls")]


class SynthesizeParameters(Parameters):
    """Make degraded shards out of clean photographs."""

    photographs: Url = Field(description="Folder of clean photographs")
    output: Url = Field(description="Folder that receives the data set's folder")
    recipe: Url = Field(
        "edge-default", description="How to degrade: the name of a recipe, or a JSON file"
    )
    samples: Count | None = Field(None, description="How many; by default 16 for each photograph")
    shard_size: Annotated[int, Field(gt=0, le=10_000, description="Samples in a shard")] = 128
    seed: Seed = 0
    workers: Workers = None


class IngestParameters(Parameters):
    """Make shards of degraded photographs that exist and their clean partners."""

    layout: LayoutName = Field(description="How the pairs lie; pairs is any two folders")
    folder: Url = Field(description="Folder of the pairs")
    output: Url = Field(description="Folder that receives the data set's folder")
    clean: Url | None = Field(None, description="With pairs: folder of the clean ones, below it")
    degraded: Url | None = Field(None, description="With pairs: folder of the degraded ones")
    present: tuple[DegradationName, ...] = Field((), description="With pairs: what degrades them")
    shard_size: Annotated[int, Field(gt=0, le=10_000, description="Pairs in a shard")] = 128
    workers: Workers = None


class AnnotateParameters(Parameters):
    """Diagnose the degraded photographs of a data set."""

    shards: Shards
    output: Url | None = Field(None, description="By default beside the data set")
    reasoner: Reasoner = EdgeReasonerChoice()
    workers: Workers = None
    verify: Verify = False


class RefreshParameters(AnnotateParameters):
    """Diagnose anew what an older reasoner, prompt or schema left, and compare old with new."""

    against: Url | None = Field(
        None, description="Older annotations to compare with; by default the newest ones"
    )
    dry_run: bool = Field(False, description="Only say what would be done, and how long it takes")


class MigrateParameters(Parameters):
    """Rewrite the diagnostic priors of a data set to the current version."""

    shards: Url = Field(description="Folder of a data set or of annotations")
    output: Url | None = Field(None, description="Receives the new folder; by default beside it")
    workers: Workers = None


class ExportHfParameters(Parameters):
    """Rewrite a data set for Hugging Face datasets."""

    shards: Shards
    output: Url = Field(description="Folder that receives shards and card")
    annotations: Url | None = Field(None, description="Folder of its annotations, to go along")
    split: Annotated[SplitName, Field(description="What the samples are for")] = "train"
    workers: Workers = None
    verify: Verify = False


class ExportMessagesParameters(Parameters):
    """Write a data set as chats for the fine-tuning of a vision-language model."""

    shards: Shards
    output: Url = Field(description="Folder that receives lines and photographs")
    annotations: Url | None = Field(
        None, description="Folder of annotations to answer with; by default the ground truth"
    )
    dialect: Annotated[
        Dialect, Field(description="tags for ms-swift and LLaMA-Factory, trl for TRL")
    ] = "tags"
    workers: Workers = None
    verify: Verify = False


class TrainReasonerParameters(Parameters):
    """Train the edge reasoner on a data set's ground truth."""

    shards: Shards
    output: Url = Field(description="Folder that receives checkpoint, log and weights")
    start: Url | None = Field(None, description="Weights to start from; by default random ones")
    steps: Steps = 4000
    # Statistics of a batch normalize what the reasoner reads: one photograph has none.
    batch_size: int = Field(24, ge=2, description="Photographs in a step")
    learning_rate: LearningRate = 1.5e-3
    seed: Seed = 0
    accumulate: Accumulate = 1
    device: Device = "auto"
    verify: Verify = False
    compiled: bool = Field(
        False, description="Compile the network first: minutes once, a quarter less for each step"
    )


class TrainRestorerParameters(Parameters):
    """Train the edge restorer on a data set and its annotations."""

    shards: Shards
    annotations: Url = Field(description="Folder of its annotations")
    output: Url = Field(description="Folder that receives checkpoint, log and weights")
    start: Url | None = Field(None, description="Weights to start from; by default random ones")
    steps: Steps = 7_000
    batch_size: Count = Field(8, description="Crops in a step")
    learning_rate: LearningRate = 1e-3
    seed: Seed = 0
    accumulate: Accumulate = 1
    device: Device = "auto"
    verify: Verify = False
    compiled: bool = Field(
        False, description="Compile the network first: minutes once, a quarter less for each step"
    )


class EvaluateParameters(Parameters):
    """Measure reasoner and restorer on photographs they never saw."""

    photographs: Url = Field(description="Folder of clean, held-out photographs")
    output: Url = Field(description="Folder for the evaluation set, its rows and its tables")
    reasoner: Reasoner = EdgeReasonerChoice()
    restorer: Url | None = Field(None, description="Weights; by default the shipped ones")
    seed: int = Field(2026, description="The published figures use 2026")
    workers: Workers = None


class AssessParameters(Parameters):
    """Measure a reasoner on photographs it never saw, in every way that matters."""

    photographs: Url = Field(description="Folder of clean, held-out photographs")
    output: Url = Field(description="Folder for the predictions, the figures and the page")
    reasoner: Reasoner = EdgeReasonerChoice()
    recipes: tuple[RecipeName, ...] = Field(
        ("edge-default", "edge-v2", "cdd11-like", "agenticir-like"),
        description="How to degrade; the first one also for sizes and blends",
    )
    rounds: Count = Field(4, description="How often each photograph is degraded in all 16 ways")
    short_sides: tuple[ShortSide, ...] = Field(
        (128, 256, 512, 1024, 4000), description="Sizes of photographs to compare, in pixels"
    )
    seed: int = Field(2027, description="The published figures use 2027")
    workers: Workers = None

    @field_validator("recipes", "short_sides")
    @classmethod
    def _each_once(cls, given: tuple[Any, ...]) -> tuple[Any, ...]:
        if len(set(given)) < max(1, len(given)):
            raise ValueError("name at least one, and each once")
        return given


class PromoteParameters(Parameters):
    """Let a candidate restorer compete with the champion."""

    candidate: Url = Field(description="Weights that ask to be used")
    champions: Url = Field(description="Folder of promoted weights; the shipped ones count first")
    evaluation: EvaluateParameters = Field(description="Its `restorer` is ignored")


class PipelineParameters(Parameters):
    """The whole way: synthesize, annotate, fine-tune, evaluate, promote, restore."""

    photographs: Url = Field(description="Folder of clean photographs to learn from")
    heldout: Url = Field(description="Folder of clean photographs never learned from")
    output: Url = Field(description="Folder for everything the pipeline makes")
    archive: Url | None = Field(
        None, description="Folder to restore; by default the degraded held-out photographs"
    )
    samples: Count = Field(128, description="Degraded samples to make")
    steps: Steps = 60
    learning_rate: LearningRate = 5e-5
    seed: Seed = 0
    workers: Workers = None
