"""Parameters of measuring diagnoses."""

from typing import Any

from pydantic import Field, field_validator

from schemas.assessment import ShortSide
from schemas.parameters.base import Parameters
from schemas.parameters.options import Count, Reasoner, Workers
from schemas.reasoner import EdgeReasonerChoice
from schemas.url import Url


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
