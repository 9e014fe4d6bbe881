"""Parameters of diagnosing a data set, and of renewing its diagnoses."""

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
