"""What answers of a server cost."""

from collections.abc import Iterable
from typing import Annotated, Self

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

    @classmethod
    def add_up(cls, used: Iterable[Self | None]) -> Self | None:
        """Return what answers took together; None if nobody said so."""
        known = [usage for usage in used if usage is not None]
        if not known:
            return None
        costs = [usage.cost for usage in known if usage.cost is not None]
        return cls(
            prompt_tokens=sum(usage.prompt_tokens for usage in known),
            completion_tokens=sum(usage.completion_tokens for usage in known),
            cost=sum(costs) if costs else None,
        )

    def __str__(self) -> str:
        """What was taken, in words."""
        price = "" if self.cost is None else f", {self.cost:,.2f} at the prices given"
        return (
            f"{self.prompt_tokens:,} tokens to read and {self.completion_tokens:,} to write{price}"
        )


class Prices(Strict):
    """The price of a million tokens that a model reads (`prompt`) or writes (`completion`)."""

    prompt: float = Field(ge=0.0, description="Of a million tokens that the model reads")
    completion: float = Field(ge=0.0, description="Of a million tokens that the model writes")

    def charge(self, prompt_tokens: int, completion_tokens: int) -> float:
        """Return the price of so many tokens."""
        return (prompt_tokens * self.prompt + completion_tokens * self.completion) / 1e6
