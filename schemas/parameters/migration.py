"""Parameters of rewriting diagnoses in the current version."""

from pydantic import Field

from schemas.parameters.base import Parameters
from schemas.parameters.options import Workers
from schemas.url import Url


class MigrateParameters(Parameters):
    """Rewrite the diagnostic priors of a data set in the current version."""

    shards: Url = Field(description="Folder of a data set or of annotations")
    output: Url | None = Field(None, description="For the new folder; by default beside the old")
    workers: Workers = None
