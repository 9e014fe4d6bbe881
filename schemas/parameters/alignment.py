"""Parameters of the flow that aligns a restorer with a reasoner's judgement."""

from typing import Annotated, Self

from pydantic import Field, JsonValue, model_validator

from schemas.alignment import ObjectiveName, RatioName, RewardWeights, SamplerName, Weight
from schemas.base import Unit
from schemas.parameters.base import Parameters
from schemas.parameters.options import (
    Accumulate,
    Count,
    Device,
    LearningRate,
    Restorer,
    Seed,
    Shards,
    Steps,
    Verify,
)
from schemas.reasoner import EdgeReasonerChoice, ReasonerChoice
from schemas.restorer import EdgeRestorerChoice
from schemas.url import Url

ANY_JUDGE = -1.0
"""The least soundness with which a judge is not tested: toys restore nothing that can be judged."""


class AlignmentData(Parameters):
    """What is aligned, by whose judgement, on what data and where."""

    shards: Shards
    annotations: Url = Field(
        description="Folder of its annotations, with which the restorer is told what to undo"
    )
    output: Url = Field(description="Folder for checkpoint, log, samples and weights")
    restorer: Annotated[Restorer, Field(description="The restorer to start from")] = (
        EdgeRestorerChoice()
    )
    judge: Annotated[ReasonerChoice, Field(description="The reasoner whose judgement rewards")] = (
        EdgeReasonerChoice()
    )
    seed: Seed = 0
    device: Device = "auto"
    verify: Verify = False


class AlignmentMethod(Parameters):
    """How a restorer is aligned."""

    objective: ObjectiveName = Field(
        "grpo", description="grpo: Flow-GRPO; nft: DiffusionNFT, without likelihoods"
    )
    steps: Steps = 200
    groups: Count = Field(4, description="Photographs per batch, each restored several times")
    members: int = Field(6, ge=2, description="Restorations of each photograph, to be compared")
    crop_side: int = Field(
        256,
        ge=32,
        multiple_of=32,
        description="Height and width in pixels of what is restored and judged",
    )
    updates: Count = Field(1, description="Steps that learn from the same restorations")
    learning_rate: LearningRate = 3e-5
    noise: float = Field(
        0.3, gt=0.0, description="Strength of exploration, against the noise that a walk starts in"
    )
    sampler: SamplerName = Field(
        "sde", description="How steps explore: sde keeps marginals, cps the level of noise"
    )
    times: tuple[Unit, ...] | None = Field(
        None,
        description="Times of the walk, from 1 to 0; by default 1, 0.5, 0, or the model's schedule "
        "for a Qwen restorer",
    )
    window: Count = Field(1, description="How many first steps explore and are learned")
    ratio: RatioName = Field(
        "clip", description="grpo: how far a step may go: by the ratio, or by a mask on the means"
    )
    clip: float = Field(1e-4, gt=0.0, description="grpo: largest change of the ratio, or the mask")
    strength: float = Field(1.0, gt=0.0, description="nft: how far apart better and worse are")
    kl_weight: Weight = Field(0.01, description="How much leaving the start costs")
    highest_mean: float | None = Field(
        None, description="Leave out photographs whose mean reward is higher"
    )
    least_spread: float = Field(
        1e-3, ge=0.0, description="Leave out photographs whose rewards spread less"
    )
    rewards: RewardWeights = Field(
        RewardWeights(), description="How much each part of the reward counts"
    )
    least_soundness: float = Field(
        0.9,
        ge=ANY_JUDGE,
        le=1.0,
        description="Lowest rank correlation of the judge's severities with what is there, by "
        "which it is fit to reward; -1 trusts any judge, for trials with toys",
    )
    worst_share: float | None = Field(
        None, gt=0.0, le=1.0, description="Learn from this share only, which is restored worst"
    )
    supervised: Weight = Field(
        0.0, description="How much supervised learning of the truth counts beside the judgement"
    )
    rank: Count = Field(32, description="Rank of the adapter of a Qwen restorer")
    examine_every: Count = Field(
        25, description="Steps between checkpoints, sheets of samples and looks at fidelity"
    )
    accumulate: Accumulate = 1

    @model_validator(mode="after")
    def _check_walk(self) -> Self:
        if self.examine_every % self.updates:
            raise ValueError(
                f"examine_every ({self.examine_every}) must be a multiple of updates "
                f"({self.updates}): a run resumes where new restorations begin"
            )
        if self.sampler == "cps" and self.noise > 1:
            raise ValueError(f"noise ({self.noise}) is at most 1 with the sampler cps")
        times = self.times
        if times is None:
            return self
        if (times[0], times[-1]) != (1.0, 0.0) or sorted(set(times), reverse=True) != list(times):
            raise ValueError("times must fall from 1 to 0")
        if self.window > len(times) - 2:
            raise ValueError(
                f"window ({self.window}) must leave the last of the {len(times) - 1} steps to end "
                "without noise"
            )
        return self


class AlignParameters(AlignmentMethod, AlignmentData):
    """Align a restorer with a reasoner's judgement, by reinforcement learning.

    A step restores a few photographs several times each, with exploration noise; the judge says
    which of these restorations removed more of the degradations, and the restorer learns to do
    that.
    """

    @property
    def batch_size(self) -> int:
        """Photographs per batch, as the settings of the training loop call them."""
        return self.groups

    def method(self) -> dict[str, JsonValue]:
        """Return everything that says how to learn, for the record of a run."""
        return self.model_dump(mode="json", include={*AlignmentMethod.model_fields, "seed"})
