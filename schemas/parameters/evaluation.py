"""Parameters of measuring restorations."""

from typing import Self

from pydantic import Field, model_validator

from schemas.evaluation import BenchmarkName, GridName, PriorSource, RestorationSetting
from schemas.parameters.base import Parameters
from schemas.parameters.options import Reasoner, Restorer, Workers
from schemas.prior.current import DegradationName
from schemas.reasoner import EdgeReasonerChoice
from schemas.restorer import EdgeRestorerChoice
from schemas.url import Url


class EvaluateParameters(Parameters):
    """Measure a reasoner and a restorer on held-out photographs, or on a benchmark of pairs."""

    photographs: Url = Field(
        description="Folder of clean, held-out photographs, or of the pairs of a benchmark"
    )
    output: Url = Field(description="Folder for the evaluation set, its rows and its tables")
    reasoner: Reasoner = EdgeReasonerChoice()
    restorer: Restorer = EdgeRestorerChoice()
    recipe: GridName | None = Field(
        None,
        description="How the photographs are degraded: benchmark unless another is named; no model "
        "learns from cdd11 and agenticir",
    )
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

    @model_validator(mode="after")
    def _degrade_or_read_pairs(self) -> Self:
        if self.recipe is not None and self.benchmark is not None:
            raise ValueError(
                f"a recipe degrades photographs, and benchmark {self.benchmark} holds pairs that "
                "are degraded; leave one of the two out"
            )
        return self

    @property
    def grid(self) -> GridName:
        """The recipe that degrades the photographs, if they are not pairs."""
        return self.recipe or "benchmark"

    def setting(self) -> RestorationSetting:
        """Return what decides how the samples are restored."""
        return RestorationSetting(
            priors=self.priors, maps=self.maps, verify=self.verify, seed=self.seed
        )
