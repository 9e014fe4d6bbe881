"""Parameters of describing the scenes of a data set."""

from typing import Annotated

from pydantic import Field

from schemas.parameters.base import Parameters
from schemas.parameters.options import Shards, Verify, Workers
from schemas.reasoner import TeacherChoice
from schemas.url import Url


class DescribeParameters(Parameters):
    """Let a teacher describe the clean photographs of a data set, and merge that with the truth."""

    shards: Shards
    output: Url | None = Field(None, description="By default beside the data set")
    teacher: Annotated[TeacherChoice, Field(description="The vision-language model that looks")]
    workers: Workers = None
    verify: Verify = False
