"""The choice of a restorer."""

from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BeforeValidator, Field

from schemas.base import Strict
from schemas.url import Url


class EdgeRestorerChoice(Strict):
    """The edge restorer: a small network that runs on a CPU."""

    kind: Literal["edge"] = Field("edge", description="Which restorer")
    weights: Url | None = Field(None, description="Weights file; by default the shipped one")

    @property
    def label(self) -> str:
        """A name for people; its last part is enough."""
        return self.weights or "the shipped restorer"


def _read_weights(given: Any) -> Any:
    """Accept a URL or null as the weights of the edge restorer, as earlier releases did."""
    return {"kind": "edge", "weights": given} if given is None or isinstance(given, str) else given


# With a second kind: Annotated[EdgeRestorerChoice | ..., Field(discriminator="kind")].
_Choice: TypeAlias = EdgeRestorerChoice

RestorerChoice = Annotated[
    _Choice,
    Field(strict=False),
    BeforeValidator(_read_weights, json_schema_input_type=_Choice | Url | None),
]
"""The restorer that a flow uses; `rr_tasks.restorer.load` loads it."""
