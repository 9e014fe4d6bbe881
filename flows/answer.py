"""What a person answers whom a stage asks."""

from typing import NamedTuple

from schemas.errors import ExpectedError


class Answer(NamedTuple):
    """Yes or no, and a few words if the person likes."""

    yes: bool
    note: str = ""


class NobodyAnsweredError(ExpectedError, TimeoutError):
    """A person was to be asked, and there is none, or none who answers."""
