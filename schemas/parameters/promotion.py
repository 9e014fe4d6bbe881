"""Parameters of promoting a restorer, and of taking that back."""

from typing import Annotated, Literal, get_args

from pydantic import Field, field_validator

from schemas.evaluation import HomeGridName
from schemas.parameters.base import Parameters
from schemas.parameters.evaluation import EvaluateParameters
from schemas.restorer import RestorerChoice
from schemas.url import Url

Gate = Annotated[
    bool,
    Field(description="Ask a person before better weights are put into use, and wait for a yes"),
]


class PromoteParameters(Parameters):
    """Compare a candidate restorer with the one in use and promote it if it is better."""

    candidate: Annotated[RestorerChoice, Field(description="The candidate, or its weights file")]
    champions: Url = Field(description="Folder of promoted weights; the shipped ones come first")
    evaluation: EvaluateParameters = Field(description="Its `restorer` is ignored")
    gate: Gate = False
    again: bool = Field(
        False, description="Also promote weights that a person refused or took back"
    )

    @field_validator("evaluation")
    @classmethod
    def _keep_strangers_strange(cls, given: EvaluateParameters) -> EvaluateParameters:
        if given.grid not in get_args(HomeGridName):
            raise ValueError(
                f"the recipe {given.grid} is for testing alone; no weights are chosen by it, so "
                f"name {' or '.join(get_args(HomeGridName))}"
            )
        return given


class RollBackParameters(Parameters):
    """Take the last promotion back: the restorer that was in use before is in use again."""

    champions: Url = Field(description="Folder of promoted weights")
    kind: Literal["edge", "qwen"] = Field("edge", description="Which restorer")
    note: str = Field("", description="Who decided, and why; it is kept in the ledger")
