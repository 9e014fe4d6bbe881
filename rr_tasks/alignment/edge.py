"""Aligns the edge restorer: all its weights learn."""

from collections.abc import Sequence
from typing import Any, Literal

import torch

from rr_tasks.restorer.edge import EdgeRestorer
from rr_tasks.restorer.network import RestorerNetwork
from rr_tasks.restorer.protocol import Restorer
from rr_tasks.storage.files import join
from rr_tasks.training.flow import FlowBatch, flow_loss
from rr_tasks.training.objective import Losses
from rr_tasks.weights.file import hash_weights, load_network, locate_shipped, save_network
from rr_tasks.weights.lineage import SOURCES, list_sources, read_sources
from schemas.alignment import AlignmentRecord
from schemas.restorer import EdgeRestorerChoice

EDGE_TIMES = (1.0, 0.5, 0.0)


class EdgeStart:
    """See `rr_tasks.alignment.start.Start`.

    In use, it takes a single step from the mean. So that is where walks begin and explore; a second
    step leads what was explored to an end.

    Args:
        choice: the restorer.
        device: where it learns.
    """

    network: Literal["edge-restorer"] = "edge-restorer"
    file = "edge-restorer.safetensors"

    def __init__(self, choice: EdgeRestorerChoice, device: torch.device) -> None:
        self._weights, self._device = choice.weights or locate_shipped(self.network), device
        self.digest = hash_weights(self._weights)

    def load(self) -> EdgeRestorer:
        """See `Start.load`."""
        return EdgeRestorer(load_network(self._weights, RestorerNetwork).to(self._device))

    def times(self, restorer: Restorer[Any], side: int) -> Sequence[float]:
        """Stop once."""
        return EDGE_TIMES

    def supervise(
        self, restorer: Restorer[Any], photographs: FlowBatch, generator: torch.Generator
    ) -> Losses:
        """See `rr_tasks.training.flow.flow_loss`."""
        return flow_loss(restorer, photographs, generator)

    def save(self, restorer: Restorer[Any], record: AlignmentRecord, folder: str) -> None:
        """Write a weights file, which also says what its data was made of."""
        sources = sorted(read_sources(self._weights) | list_sources(record.shards))
        noted = record.model_dump(mode="json") | {SOURCES: sources}
        save_network(restorer.trainable(), join(folder, self.file), noted)  # type: ignore[arg-type]
