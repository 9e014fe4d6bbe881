"""A second restorer, as unlike the edge tier as the protocol allows.

It runs among tokens (B, N, C) of a frozen autoencoder, starts from pure noise, is told the
diagnosis in words, and learns only a part of its weights.
"""

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import nn
from torch.nn import functional

from rr_tasks.photographs.pixels import Pixels, to_8_bits
from rr_tasks.restorer.flow import Isotropic, Source, velocity_towards
from rr_tasks.restorer.protocol import Guides, Place, Tile
from rr_tasks.restorer.sampling import ONE_STEP
from schemas.prior.current import DiagnosticPrior
from schemas.prior.text import write_instruction

PATCH = 4
TOKEN = 3 * PATCH * PATCH
WORDS = 64
WORD_LENGTH = 16


class LatentCondition(NamedTuple):
    """Degraded images as tokens (B, N, C), words (B, `WORD_LENGTH`), and rows of tokens."""

    degraded: torch.Tensor
    words: torch.Tensor
    rows: int


class LatentNetwork(nn.Module):
    """A frozen autoencoder and word embedding, and a mixer of tokens that learns."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.encoder = nn.Linear(TOKEN, TOKEN, bias=False)
        nn.init.orthogonal_(self.encoder.weight)
        self.vocabulary = nn.EmbeddingBag(WORDS, WORD_LENGTH, mode="mean")
        for frozen in (self.encoder, self.vocabulary):
            frozen.requires_grad_(False)
        self.mixer = nn.Sequential(
            nn.Linear(2 * TOKEN + WORD_LENGTH + 1, 128), nn.SiLU(), nn.Linear(128, TOKEN)
        )

    def forward(self, x: torch.Tensor, t: torch.Tensor, condition: LatentCondition) -> torch.Tensor:
        """Predict the clean tokens."""
        told = torch.cat([condition.words, t[:, None]], 1)
        told = told[:, None].expand(-1, x.shape[1], -1)
        clean: torch.Tensor = self.mixer(torch.cat([x, condition.degraded, told], 2))
        return clean.float()


class LatentRestorer:
    """See `rr_tasks.restorer.protocol.Restorer`."""

    device = torch.device("cpu")
    tile = Tile(side=64, multiple=PATCH, overlap=8, batch=3)
    typical_error = 0.1

    def __init__(self) -> None:
        self.network = LatentNetwork()

    def trainable(self) -> LatentNetwork:
        return self.network

    def survey(self, photograph: Pixels, prior: DiagnosticPrior | None) -> Guides:
        return to_8_bits(photograph[..., :0])

    def prepare(
        self,
        images: torch.Tensor,
        priors: Sequence[DiagnosticPrior | None],
        guides: torch.Tensor,
    ) -> LatentCondition:
        words = [self._embed("" if prior is None else write_instruction(prior)) for prior in priors]
        return LatentCondition(
            self.encode(images), torch.stack(words), rows=images.shape[2] // PATCH
        )

    def encode(self, images: torch.Tensor) -> torch.Tensor:
        patches = functional.pixel_unshuffle(2 * images - 1, PATCH).flatten(2).transpose(1, 2)
        tokens: torch.Tensor = self.network.encoder(patches)
        return tokens.float()

    def decode(self, x0: torch.Tensor, condition: LatentCondition) -> torch.Tensor:
        patches = (x0 @ self.network.encoder.weight).transpose(1, 2)
        planes = patches.unflatten(2, (condition.rows, -1))
        return ((functional.pixel_shuffle(planes, PATCH) + 1) / 2).clamp(0.0, 1.0)

    def source(self, condition: LatentCondition) -> Source:
        return Source(torch.zeros_like(condition.degraded), Isotropic(1.0))

    def begin(self, condition: LatentCondition, places: Sequence[Place]) -> torch.Tensor:
        return self.source(condition).mean

    def times(self, condition: LatentCondition) -> Sequence[float]:
        return ONE_STEP

    def velocity(
        self, x: torch.Tensor, t: torch.Tensor, condition: LatentCondition
    ) -> torch.Tensor:
        return velocity_towards(self.network(x, t, condition), x, t)

    def _embed(self, text: str) -> torch.Tensor:
        """A bag of words; nothing at all where there is no text."""
        words = [sum(word.encode()) % WORDS for word in text.split()]
        if not words:
            return torch.zeros(WORD_LENGTH)
        found: torch.Tensor = self.network.vocabulary(torch.tensor([words]))[0]
        return found
