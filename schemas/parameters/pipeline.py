"""Parameters of running all stages, a section for each that learns."""

from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from schemas.parameters.alignment import AlignmentMethod
from schemas.parameters.base import Parameters
from schemas.parameters.options import (
    Count,
    Device,
    LearningRate,
    Reasoner,
    Restorer,
    Seed,
    Workers,
)
from schemas.parameters.promotion import Gate
from schemas.reasoner import EdgeReasonerChoice
from schemas.restorer import EdgeRestorerChoice
from schemas.url import Url

_ADAPTER_TRAINED = "an adapter is trained from the model: leave it out, or set steps to 0"

Steps = Annotated[int, Field(ge=0, description="Training steps; 0 leaves the stage out")]


class SynthesisStage(Parameters):
    """How the clean photographs are degraded."""

    recipe: Url = Field("edge-default", description="Name of a recipe, or a JSON file of your own")
    samples: Count = Field(128, description="Samples to make")
    shard_size: Annotated[int, Field(gt=0, le=10_000, description="Samples per shard")] = 128


class Learning(Parameters):
    """How a model learns; what is null is as in the stage on its own."""

    batch_size: Count | None = Field(None, description="Photographs or crops per batch")
    accumulate: Count | None = Field(None, description="Batches whose gradients a step adds up")
    rank: Count | None = Field(None, description="Rank of the adapter of a model of Qwen")

    def chosen(self) -> dict[str, Any]:
        """Return what is not null, but for the model to start from."""
        return self.model_dump(exclude={"start"}, exclude_none=True)


class ReasonerStage(Learning):
    """The reasoner, which annotates, judges and diagnoses in all later stages."""

    start: Reasoner = EdgeReasonerChoice()
    steps: Steps = 0
    learning_rate: LearningRate = 1e-4
    learn: Literal["adapter", "full"] | None = Field(
        None, description="Of a model of Qwen: an adapter (LoRA), or all weights"
    )
    measured_scenes: bool | None = Field(
        None, description="Of a model of Qwen: also learn descriptions that nobody has seen"
    )

    @model_validator(mode="after")
    def _check_start(self) -> Self:
        if self.steps and self.start.kind == "remote":
            raise ValueError("a server's model cannot be trained here: set steps to 0")
        if self.start.kind != "qwen" and any((self.rank, self.learn, self.measured_scenes)):
            raise ValueError("rank, learn and measured_scenes are for models of Qwen")
        if self.steps and self.start.kind == "qwen" and self.start.adapter:
            raise ValueError(_ADAPTER_TRAINED)
        return self


class RestorerStage(Learning):
    """The restorer, which is trained on what the reasoner says."""

    start: Restorer = EdgeRestorerChoice()
    steps: Steps = 60
    learning_rate: LearningRate = 5e-5
    crop_side: int | None = Field(
        None,
        ge=32,
        multiple_of=32,
        description="Height and width of a crop in pixels; a multiple of 32",
    )

    @model_validator(mode="after")
    def _check_start(self) -> Self:
        if self.start.kind != "qwen" and self.rank:
            raise ValueError("rank is for models of Qwen")
        if self.steps and self.start.kind == "qwen" and self.start.adapter:
            raise ValueError(_ADAPTER_TRAINED)
        return self


class AlignmentStage(AlignmentMethod):
    """How the restorer is aligned with the reasoner's judgement."""

    steps: Steps = 6
    groups: Count = Field(2, description="Photographs per batch, each restored several times")
    members: int = Field(6, ge=2, description="Restorations of each photograph, to be compared")
    crop_side: int = Field(
        128,
        ge=32,
        multiple_of=32,
        description="Height and width in pixels of what is restored and judged",
    )


class PipelineParameters(Parameters):
    """Run all stages: synthesize, train, annotate, train, align, evaluate, promote, restore.

    The defaults are those of a demonstration: a few steps from the models that ship.
    """

    photographs: Url = Field(description="Folder of clean photographs for training")
    heldout: Url = Field(description="Folder of clean photographs that are never used in training")
    output: Url = Field(description="Folder for everything the pipeline makes")
    archive: Url | None = Field(
        None, description="Folder to restore; by default the degraded held-out photographs"
    )
    synthesis: SynthesisStage = Field(
        SynthesisStage(), description="How the clean photographs are degraded"
    )
    reasoner: ReasonerStage = Field(ReasonerStage(), description="Where it starts, how it learns")
    restorer: RestorerStage = Field(RestorerStage(), description="Where it starts, how it learns")
    alignment: AlignmentStage = Field(AlignmentStage(), description="How the restorer is aligned")
    gate: Gate = False
    seed: Seed = 0
    device: Device = "auto"
    workers: Workers = None
