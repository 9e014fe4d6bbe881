"""What an alignment starts from, and how it delivers what was learned: a tier of restorers."""

from collections.abc import Sequence
from typing import Any, Literal, Protocol

import torch

from rr_tasks.restorer.protocol import Restorer
from rr_tasks.training.flow import FlowBatch
from rr_tasks.training.objective import Losses
from schemas.alignment import AlignmentRecord


class Start(Protocol):
    """A restorer before it is aligned."""

    @property
    def network(self) -> Literal["edge-restorer", "qwen-adapter"]:
        """What is learned."""

    @property
    def digest(self) -> str:
        """SHA-256 of the restorer, in hex."""

    @property
    def file(self) -> str:
        """Name of the file that holds what was learned."""

    def load(self) -> Restorer[Any]:
        """Load the restorer on its device; some of its weights require a gradient."""

    def times(self, restorer: Restorer[Any], side: int) -> Sequence[float]:
        """Return the times of a walk that explores on squares of `side` pixels, from 1 to 0."""

    def supervise(
        self, restorer: Restorer[Any], photographs: FlowBatch, generator: torch.Generator
    ) -> Losses:
        """Compute the `loss` of photographs whose truth is known."""

    def save(self, restorer: Restorer[Any], record: AlignmentRecord, folder: str) -> None:
        """Write what was learned to `file` in a folder."""
