"""The claim on a file that is being made."""

from typing import Annotated

from pydantic import Field

from schemas.base import Strict


class Claim(Strict):
    """The owner of a claim.

    `host` is shown to people. `writer` identifies a machine and process, and `token` is drawn for
    each claim. `renewals` counts up, so that a claim keeps changing while its owner is alive.
    """

    host: str
    writer: str
    token: str
    renewals: Annotated[int, Field(ge=0)] = 0
