"""A restorer as a policy: the network that learns, beside the weights that it is compared with."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import torch
from torch import nn

from rr_tasks.restorer.protocol import Restorer

Weights = Mapping[str, torch.Tensor]

_KEPT_PER_ROUND, _MOST_KEPT = 1e-3, 0.5


class Policy(nn.Module):
    """The network of a restorer, and copies of the weights in it that learn.

    Of an adapter, the copies are as small as the adapter: with its first weights, the network is
    what it was without it.

    Args:
        restorer: on its device; its network is updated in place.
        follows: restore with weights that follow slowly those that learn; they are part of the
            module, so that a checkpoint holds them.
    """

    def __init__(self, restorer: Restorer[Any], *, follows: bool = False) -> None:
        super().__init__()
        self.restorer, self.network = restorer, restorer.trainable()
        self._learning = {
            name: value for name, value in self.network.named_parameters() if value.requires_grad
        }
        self._start = self._copy()
        self._actors = {
            name: f"actor_{place}" for place, name in enumerate(self._learning) if follows
        }
        for name, value in (self._copy() if follows else {}).items():
            self.register_buffer(self._actors[name], value)

    def begin_round(self, number: int) -> None:
        """Let the weights that act follow those that learn, the faster the earlier the round.

        They begin as these, and keep up to half of what they were (arXiv 2509.16117, section 4).
        """
        kept = min(number * _KEPT_PER_ROUND, _MOST_KEPT)
        with torch.no_grad():
            for name, buffer in self._actors.items():
                self.get_buffer(buffer).lerp_(self._learning[name].detach(), 1 - kept)

    @contextmanager
    def acting(self) -> Iterator[None]:
        """Compute with the weights that restore: those that follow, or those that learn."""
        if not self._actors:
            yield
            return
        with self._using({name: self.get_buffer(at) for name, at in self._actors.items()}):
            yield

    @contextmanager
    def at_start(self) -> Iterator[None]:
        """Compute as before anything was learned."""
        with self._using(self._start):
            yield

    @contextmanager
    def _using(self, weights: Weights) -> Iterator[None]:
        """Compute without gradients, with other values of the weights that learn."""
        learned = {name: value.data for name, value in self._learning.items()}
        with torch.no_grad():
            self._put(weights)
            try:
                yield
            finally:
                self._put(learned)

    def _put(self, weights: Weights) -> None:
        for name, value in self._learning.items():
            value.data = weights[name]
        # Autocast keeps what it made of the others.
        torch.clear_autocast_cache()

    def _copy(self) -> dict[str, torch.Tensor]:
        return {name: value.detach().clone() for name, value in self._learning.items()}
