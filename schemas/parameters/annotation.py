"""Parameters of diagnosing a data set, and of renewing its diagnoses."""

from typing import Any

from pydantic import Field

from schemas.parameters.base import Parameters
from schemas.parameters.options import Reasoner, Shards, Verify, Workers
from schemas.reasoner import EdgeReasonerChoice
from schemas.url import Url


class AnnotateParameters(Parameters):
    """Diagnose the degraded photographs of a data set."""

    shards: Shards
    output: Url | None = Field(None, description="By default beside the data set")
    reasoner: Reasoner = EdgeReasonerChoice()
    workers: Workers = None
    verify: Verify = False


class RefreshParameters(AnnotateParameters):
    """Renew the diagnoses of an older reasoner, prompt or schema, and compare old with new."""

    against: Url | None = Field(
        None, description="Older annotations to compare with; by default the newest"
    )
    dry_run: bool = Field(False, description="Only show what would be done and how long it takes")


class RefreshAllParameters(Parameters):
    """Renew the diagnoses of every data set in a folder, where they are stale or missing."""

    sets: Url = Field(description="Folder that holds data sets")
    reasoner: Reasoner = EdgeReasonerChoice()
    workers: Workers = None
    verify: Verify = False

    def of(self, shards: str) -> RefreshParameters:
        """Return the parameters for one of the data sets."""
        shared: dict[str, Any] = self.model_dump(exclude={"sets", "reasoner"})
        return RefreshParameters(shards=shards, reasoner=self.reasoner, **shared)
