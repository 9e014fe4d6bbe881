"""An assessment of a reasoner: everything that determines its predictions."""

from typing import Annotated

from pydantic import Field

from schemas.base import Sha256, Strict
from schemas.reasoner import ReasonerIdentity
from schemas.recipe import DegradationRecipe

ShortSide = Annotated[int, Field(ge=32, le=8192)]


class PairsSource(Strict):
    """A data set of existing pairs: the name of its folder, and the number of its shards."""

    name: str
    shards: Annotated[int, Field(gt=0)]


class AssessmentSpec(Strict):
    """Everything that the rows of an assessment depend on.

    `algorithm` counts changes of the code that change the rows of the same reasoner on the same
    photographs, and `decoder` those in how photographs are read.
    """

    algorithm: int = 2
    reasoner: ReasonerIdentity
    inputs_sha256: Sha256
    decoder: int
    recipes: Annotated[tuple[DegradationRecipe, ...], Field(min_length=1)]
    pairs: tuple[PairsSource, ...] = ()
    rounds: Annotated[int, Field(gt=0)]
    short_sides: tuple[ShortSide, ...]
    seed: int
