"""The claim beside a file that is being made."""

from typing import Annotated

from pydantic import Field

from schemas.base import Strict


class Claim(Strict):
    """Who is making a file.

    `host` is for people. `writer` is the sign of a machine and process, `token` is drawn for each
    claim. `renewals` counts, so that a claim changes for as long as its owner is alive.
    """

    host: str
    writer: str
    token: str
    renewals: Annotated[int, Field(ge=0)] = 0
