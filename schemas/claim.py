"""The claim on a file that is being made."""

from typing import Annotated

from pydantic import Field

from schemas.base import Strict


class Claim(Strict):
    """The owner of a claim.

    `host` is shown to people. `writer` identifies a machine and process, and `token` is drawn for
    each claim. `renewals` counts up, so that a claim keeps changing while its owner is alive; one
    that has not changed for `lease` seconds is over. `locked` tells whether the owner holds a lock
    beside the claim.
    """

    host: str
    writer: str
    token: str
    renewals: Annotated[int, Field(ge=0)] = 0
    lease: Annotated[float, Field(gt=0.0)] = 180.0
    locked: bool = False
