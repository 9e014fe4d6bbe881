"""Parameters of the flows; Prefect shows them as forms, the command line as options."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from schemas.assessment import ShortSide
from schemas.base import Unit
from schemas.evaluation import BenchmarkName, PriorSource, RestorationSetting
from schemas.export import Dialect, SplitName
from schemas.pattern import Pattern
from schemas.prior.current import DegradationName
from schemas.reasoner import AttentionName, EdgeReasonerChoice, ReasonerChoice, TeacherChoice
from schemas.restorer import (
    DtypeName,
    EdgeRestorerChoice,
    QwenRestorerChoice,
    RestorerChoice,
    StorageName,
)
from schemas.shard import LayoutName
from schemas.training import DeviceName
from schemas.url import Url
from schemas.workers import WorkerCount

GridName = Literal["benchmark", "benchmark-field"]
"""Frozen recipes of grids, which figures are published for."""

Count = Annotated[int, Field(gt=0)]


class Parameters(BaseModel):
    """Base class of flow parameters: no unknown fields, immutable. Paths may be fsspec URLs."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


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


class AnnotateParameters(Parameters):
    """Diagnose the degraded photographs of a data set."""

    shards: Shards
    output: Url | None = Field(None, description="By default beside the data set")
    reasoner: Reasoner = EdgeReasonerChoice()
    workers: Workers = None
    verify: Verify = False


class DescribeParameters(Parameters):
    """Let a teacher describe the clean photographs of a data set, and merge that with the truth."""

    shards: Shards
    output: Url | None = Field(None, description="By default beside the data set")
    teacher: Annotated[TeacherChoice, Field(description="The vision-language model that looks")]
    workers: Workers = None
    verify: Verify = False


class RefreshParameters(AnnotateParameters):
    """Renew the diagnoses of an older reasoner, prompt or schema, and compare old with new."""

    against: Url | None = Field(
        None, description="Older annotations to compare with; by default the newest"
    )
    dry_run: bool = Field(False, description="Only show what would be done and how long it takes")


class MigrateParameters(Parameters):
    """Rewrite the diagnostic priors of a data set in the current version."""

    shards: Url = Field(description="Folder of a data set or of annotations")
    output: Url | None = Field(None, description="For the new folder; by default beside the old")
    workers: Workers = None


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


class TrainRestorerParameters(Parameters):
    """Train the edge restorer on a data set and its annotations."""

    shards: Shards
    annotations: Url = Field(description="Folder of its annotations")
    output: Url = Field(description="Folder for checkpoint, log and weights")
    start: Url | None = Field(None, description="Weights to start from; by default random ones")
    steps: Steps = 7_000
    batch_size: Count = Field(8, description="Crops per batch")
    crop_side: int = Field(
        128, ge=32, multiple_of=32, description="Height and width of a crop; a multiple of 32"
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


class TrainEditorParameters(Parameters):
    """Adapt an image editing model of Qwen to a data set and its annotations, by a LoRA."""

    shards: Shards
    annotations: Url = Field(description="Folder of its annotations")
    output: Url = Field(description="Folder for encoded data, checkpoint, log and adapter")
    start: str = Field(min_length=1, description="Folder of the model, or its name on the Hub")
    revision: str | None = Field(None, description="Revision on the Hub; by default the newest")
    dtype: DtypeName = Field("auto", description="Type of the weights that do not learn")
    storage: StorageName = Field("full", description="How they are kept; float8 halves the memory")
    rank: Count = Field(32, description="Rank of the adapter")
    steps: Steps = 3_000
    batch_size: Count = Field(1, description="Crops per batch")
    crop_side: int = Field(
        512, ge=32, multiple_of=32, description="Height and width of a crop; a multiple of 32"
    )
    learning_rate: LearningRate = 1e-4
    seed: Seed = 0
    accumulate: Accumulate = 4
    device: Device = "auto"
    verify: Verify = False


class TrainLanguageParameters(Parameters):
    """Teach a vision-language model of Qwen a data set's ground truth."""

    shards: Shards
    annotations: Url | None = Field(
        None, description="Folder of priors to learn instead, such as truths with scenes"
    )
    output: Url = Field(description="Folder for checkpoint, log, and what is learned")
    start: Annotated[str, Field(min_length=1)] | None = Field(
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


class EvaluateParameters(Parameters):
    """Measure a reasoner and a restorer on held-out photographs, or on a benchmark of pairs."""

    photographs: Url = Field(
        description="Folder of clean, held-out photographs, or of the pairs of a benchmark"
    )
    output: Url = Field(description="Folder for the evaluation set, its rows and its tables")
    reasoner: Reasoner = EdgeReasonerChoice()
    restorer: Restorer = EdgeRestorerChoice()
    recipe: GridName = Field("benchmark", description="How the photographs are degraded")
    benchmark: BenchmarkName | None = Field(
        None, description="A data set of pairs, to measure on instead of a recipe"
    )
    present: tuple[DegradationName, ...] = Field(
        (), description="What degrades the pairs of the benchmark folder"
    )
    baselines: bool = Field(
        False, description="Compare with methods without learning, by more figures; takes longer"
    )
    priors: PriorSource = Field(
        "predicted", description="Whose diagnosis the restorer is given; shuffled: another sample's"
    )
    maps: bool = Field(True, description="Let the restorer see the maps of diagnoses")
    verify: bool = Field(True, description="Judge each restoration, as in use")
    seed: int = Field(2026, description="The published figures use 2026")
    workers: Workers = None

    def setting(self) -> RestorationSetting:
        """Return what decides how the samples are restored."""
        return RestorationSetting(
            priors=self.priors, maps=self.maps, verify=self.verify, seed=self.seed
        )


class AssessParameters(Parameters):
    """Measure a reasoner on held-out photographs in every way that matters."""

    photographs: Url = Field(description="Folder of clean, held-out photographs")
    output: Url = Field(description="Folder for the predictions, the figures and the page")
    reasoner: Reasoner = EdgeReasonerChoice()
    sources: tuple[Url, ...] = Field(
        ("edge-default", "edge-v2", "field", "cdd11", "agenticir"),
        description="Recipes, JSON files of your own, or folders of ingested pairs; the first one, "
        "a recipe, is also used for sizes, blends and clean photographs",
    )
    rounds: Count = Field(4, description="How often each photograph is degraded in all 16 ways")
    short_sides: tuple[ShortSide, ...] = Field(
        (128, 256, 512, 1024, 4000), description="Short sides to test, in pixels"
    )
    seed: int = Field(2027, description="The published figures use 2027")
    workers: Workers = None

    @field_validator("sources", "short_sides")
    @classmethod
    def _each_once(cls, given: tuple[Any, ...]) -> tuple[Any, ...]:
        if len(set(given)) < max(1, len(given)):
            raise ValueError("name at least one, and each once")
        return given


class PromoteParameters(Parameters):
    """Compare a candidate restorer with the champion and promote it if it is better."""

    candidate: Url = Field(description="Weights of the candidate")
    champions: Url = Field(description="Folder of promoted weights; the shipped ones come first")
    evaluation: EvaluateParameters = Field(description="Its `restorer` is ignored")


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
