"""The choice of a restorer."""

from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BeforeValidator, Field

from schemas.base import Strict
from schemas.url import Url

DtypeName = Literal["auto", "bfloat16", "float16", "float32"]
StorageName = Literal["full", "float8"]
OffloadName = Literal["none", "model", "blocks"]


class EdgeRestorerChoice(Strict):
    """The edge restorer: a small network that runs on a CPU."""

    kind: Literal["edge"] = Field("edge", description="Which restorer")
    weights: Url | None = Field(None, description="Weights file; by default the shipped one")

    @property
    def label(self) -> str:
        """A name for people; its last part is enough."""
        return self.weights or "the shipped restorer"


class QwenRestorerChoice(Strict):
    """An image editing model of Qwen, in the layout of diffusers.

    `model`, `revision` and `adapter` say what to load; `offload` where it waits, which changes no
    pixel. All else decides the result.
    """

    kind: Literal["qwen"] = Field("qwen", description="Which restorer")
    model: Url = Field(min_length=1, description="Folder of the model, or its name on the Hub")
    revision: str | None = Field(None, description="Revision on the Hub; by default the newest")
    adapter: Url | None = Field(None, description="Folder or file of a LoRA; by default none")
    dtype: DtypeName = Field(
        "auto", description="Type of the weights; auto is bfloat16 where the device has it"
    )
    storage: StorageName = Field(
        "full", description="How the transformer's weights are kept; float8 takes half the memory"
    )
    offload: OffloadName = Field(
        "none",
        description="What waits in the CPU's memory: nothing, models that are not in use, or even "
        "blocks that are not",
    )
    steps: int = Field(20, ge=1, le=1000, description="Steps from noise to the photograph")
    guidance: float = Field(
        1.0, ge=1.0, description="Scale of true guidance; above 1, steps take twice as long"
    )
    tile_side: int = Field(
        1024, ge=256, multiple_of=32, description="Longest side of a tile, in pixels"
    )
    seed: int = Field(0, ge=0, description="Seed of the noise")

    @property
    def label(self) -> str:
        """A name for people; its last part is enough."""
        return self.adapter or self.model


def _read_choice(given: Any) -> Any:
    """Accept what earlier releases did, which knew only the edge restorer.

    A URL or null are its weights; so are parameters without a kind.
    """
    if given is None or isinstance(given, str):
        return {"kind": "edge", "weights": given}
    return {"kind": "edge", **given} if isinstance(given, dict) else given


_Choice: TypeAlias = Annotated[
    Annotated[EdgeRestorerChoice, Field(strict=False)]
    | Annotated[QwenRestorerChoice, Field(strict=False)],
    Field(discriminator="kind"),
]

RestorerChoice = Annotated[
    _Choice, BeforeValidator(_read_choice, json_schema_input_type=_Choice | Url | None)
]
"""The restorer that a flow uses; `rr_tasks.restorer.load` loads it."""
