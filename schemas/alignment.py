"""What an alignment is asked for, and everything that it depends on."""

from typing import Annotated, Literal, Self

from pydantic import Field, JsonValue, model_validator

from schemas.base import Sha256, Strict
from schemas.reasoner import ReasonerIdentity
from schemas.training import LoopSettings, Positive, RunRecord

ObjectiveName = Literal["grpo", "nft"]
"""Flow-GRPO (arXiv 2505.05470) and DiffusionNFT (arXiv 2509.16117)."""

SamplerName = Literal["sde", "cps"]
RatioName = Literal["clip", "mask"]

Weight = Annotated[float, Field(ge=0.0)]


class RewardWeights(Strict):
    """How much each reward counts (`rr_tasks.alignment.rewards`); one of weight 0 is not computed.

    The judge's time is the dearest: `severity` takes one look at a restoration, `local` four small
    ones, which take four times as long with the edge reasoner, and `scene` one and, for each
    photograph, another.
    """

    severity: Weight = Field(1.0, description="How much of the diagnosed severity was removed")
    local: Weight = Field(
        0.5, description="The same in the worse half of its quarters, so that local faults count"
    )
    scene: Weight = Field(0.0, description="Whether the judge still describes the same scene")
    fidelity: Weight = Field(
        1.0, description="Closeness to the truth or, without one, to the structure of the input"
    )
    naturalness: Weight = Field(0.1, description="How natural the statistics of its pixels are")

    @model_validator(mode="after")
    def _check_any(self) -> Self:
        if not any(weight for _, weight in self):
            raise ValueError("no reward has a weight above 0, so there is nothing to learn")
        return self


class AlignmentRecord(RunRecord):
    """Everything that an alignment depends on; stored beside its checkpoint and in its weights.

    `start` is the digest of the restorer before, `judge` the identity of the reasoner that gives
    the rewards, `method` the parameters that say how to learn, and `algorithm` counts changes of
    the code after which the same settings give other weights.
    """

    network: Literal["edge-restorer", "qwen-adapter"]
    algorithm: Positive
    processes: Positive = 1
    settings: LoopSettings
    method: dict[str, JsonValue]
    start: Sha256
    judge: ReasonerIdentity
    shards: str
    annotations: str
