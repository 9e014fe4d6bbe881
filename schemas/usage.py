"""What answers of a server cost."""

from typing import Annotated

from pydantic import Field

from schemas.base import Strict

Tokens = Annotated[int, Field(ge=0)]


class Usage(Strict):
    """Tokens that a server read and wrote for an answer, and their price in the user's currency.

    `cost` is null if no prices are known.
    """

    prompt_tokens: Tokens = 0
    completion_tokens: Tokens = 0
    cost: Annotated[float, Field(ge=0.0)] | None = None


class Prices(Strict):
    """The price of a million tokens that a model reads (`prompt`) or writes (`completion`)."""

    prompt: float = Field(ge=0.0, description="Of a million tokens that the model reads")
    completion: float = Field(ge=0.0, description="Of a million tokens that the model writes")

    def charge(self, prompt_tokens: int, completion_tokens: int) -> float:
        """Return the price of so many tokens."""
        return (prompt_tokens * self.prompt + completion_tokens * self.completion) / 1e6
