"""Parameters of promoting a restorer."""

from pydantic import Field

from schemas.parameters.base import Parameters
from schemas.parameters.evaluation import EvaluateParameters
from schemas.url import Url


class PromoteParameters(Parameters):
    """Compare a candidate restorer with the champion and promote it if it is better."""

    candidate: Url = Field(description="Weights of the candidate")
    champions: Url = Field(description="Folder of promoted weights; the shipped ones come first")
    evaluation: EvaluateParameters = Field(description="Its `restorer` is ignored")
