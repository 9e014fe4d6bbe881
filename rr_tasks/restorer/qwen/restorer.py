"""Qwen's image models as restorers: a flow among tokens, from noise to the clean photograph."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from threading import RLock
from typing import NamedTuple

import torch
from torch import nn

from rr_tasks.photographs.pixels import Pixels, to_8_bits
from rr_tasks.restorer.flow import Isotropic, Source
from rr_tasks.restorer.protocol import Guides, Place, Tile
from rr_tasks.restorer.qwen.backbone import Backbone, Prompt
from rr_tasks.restorer.qwen.instruction import instruct
from rr_tasks.restorer.qwen.latents import Grid
from rr_tasks.restorer.qwen.noise import NoiseField
from schemas.prior.current import DiagnosticPrior

_UNGUIDED = " "
"""The instruction from which guidance leads away, as in the pipelines of diffusers."""

_EARLIEST = 1e-3
"""Time, before it is shifted, below which nothing is learned."""

_OVERLAP = 64
"""Pixels that neighbouring tiles share."""


class QwenCondition(NamedTuple):
    """A degraded photograph as tokens (B, N, C), the instruction, and the grid of the tokens.

    `unguided` is the empty instruction about the same picture, if guidance is on.
    """

    picture: torch.Tensor
    prompt: Prompt
    grid: Grid
    unguided: Prompt | None = None


class QwenRestorer:
    """See `rr_tasks.restorer.protocol.Restorer`.

    Numbers of the walk are float32; the parts compute in the type of their weights.

    Args:
        backbone: the model.
        device: where points of the flow are.
        steps: of the walk.
        guidance: scale of true guidance; 1 is none.
        seed: of the noise.
        tile_side: longest side of a tile, in pixels.
    """

    typical_error = 1.0

    def __init__(
        self,
        backbone: Backbone,
        device: torch.device,
        *,
        steps: int,
        guidance: float = 1.0,
        seed: int = 0,
        tile_side: int = 1024,
    ) -> None:
        self.backbone, self.device = backbone, device
        self._steps, self._guidance = steps, guidance
        self._turn = RLock()
        self._noise = NoiseField(seed, backbone.latents.channels)
        multiple = backbone.multiple
        self.tile = Tile(tile_side, multiple, overlap=_OVERLAP, batch=1, grid=multiple)

    def trainable(self) -> nn.Module:
        """Return the transformer, of which an adapter learns."""
        return self.backbone.transformer

    def survey(self, photograph: Pixels, prior: DiagnosticPrior | None) -> Guides:
        """Need nothing of the whole."""
        return to_8_bits(photograph[..., :0])

    def prepare(
        self,
        images: torch.Tensor,
        priors: Sequence[DiagnosticPrior | None],
        guides: torch.Tensor,
    ) -> QwenCondition:
        """Encode the photographs, and each prior as an instruction; see `Restorer.prepare`."""
        texts = [instruct(prior, self.backbone.tokenizer) for prior in priors]
        with self._at_work():
            return QwenCondition(
                self.backbone.latents.encode(images),
                self.backbone.read(images, texts),
                self.backbone.latents.grid(images),
                self.backbone.read(images, [_UNGUIDED] * len(texts)) if self._is_guided else None,
            )

    def read(self, images: torch.Tensor, texts: Sequence[str]) -> Prompt:
        """Encode an instruction about each of the images, (B, 3, H, W) in 0-1."""
        with self._at_work():
            return self.backbone.read(images, texts)

    def encode(self, images: torch.Tensor) -> torch.Tensor:
        """Encode images as tokens (B, N, C)."""
        with self._at_work():
            return self.backbone.latents.encode(images)

    def decode(self, x0: torch.Tensor, condition: QwenCondition) -> torch.Tensor:
        """Decode tokens to images, clamped to 0-1."""
        with self._at_work():
            return self.backbone.latents.decode(x0, condition.grid)

    def source(self, condition: QwenCondition) -> Source:
        """Start from white noise."""
        return Source(torch.zeros_like(condition.picture), Isotropic(1.0))

    def begin(self, condition: QwenCondition, places: Sequence[Place]) -> torch.Tensor:
        """Draw white noise by position in the photograph."""
        stride = self.backbone.latents.stride
        areas = [
            self._noise.draw(place.top // stride, place.left // stride, *condition.grid)
            for place in places
        ]
        return torch.stack(areas).to(condition.picture)

    def times(self, condition: QwenCondition) -> Sequence[float]:
        """Return the times of the model's own schedule for so many tokens."""
        return self.backbone.schedule.times(condition.grid.tokens, self._steps)

    def draw_times(self, condition: QwenCondition, generator: torch.Generator) -> torch.Tensor:
        """Draw times (B,) to learn at, as often as the model's schedule stops there."""
        even = torch.rand(len(condition.picture), generator=generator).clamp(min=_EARLIEST)
        return self.backbone.schedule.warp(even, condition.grid.tokens).to(self.device)

    def velocity(self, x: torch.Tensor, t: torch.Tensor, condition: QwenCondition) -> torch.Tensor:
        """Ask the transformer, twice if guidance is on."""
        picture, prompt, grid, unguided = condition
        with self._at_work():
            wanted = self.backbone.velocity(x, t, picture, prompt, grid)
            if unguided is None:
                return wanted
            other = self.backbone.velocity(x, t, picture, unguided, grid)
        return self.backbone.guide(wanted, other, self._guidance)

    @property
    def _is_guided(self) -> bool:
        return self._guidance > 1.0

    @contextmanager
    def _at_work(self) -> Iterator[None]:
        """Compute alone, in the type of the weights, whatever the surroundings cast to.

        The autoencoder and the hooks that move weights serve one thread at a time.
        """
        with self._turn, torch.autocast(self.device.type, enabled=False):
            yield
