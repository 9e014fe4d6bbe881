"""Watches what a network becomes while it learns, and can take it back."""

from collections.abc import Mapping, Sequence
from typing import Literal, Protocol

Measures = Mapping[str, float]
Verdict = Literal["keep", "go on", "stop"]
"""`keep`: these weights are the result unless better ones follow; `stop`: learn no further."""


class Guard(Protocol):
    """Measures a network before it learns and at every checkpoint, and says how to go on.

    In the end the network has the weights that were kept last; the averaged ones, if none were.
    """

    def measure(self, step: int) -> Measures:
        """Measure the network after a step, as it would be delivered.

        The first process alone is asked.
        """

    def judge(self, history: Sequence[Measures]) -> Verdict:
        """Say what to do after the last measurement of all so far, from this history alone.

        The first one is of the network before it learned. A run that resumes has the whole history.
        """
