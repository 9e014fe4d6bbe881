"""Layers of the edge reasoner's network."""

import math
from collections.abc import Sequence

import torch
from torch import nn
from torch.nn import functional

from rr_tasks.reasoner.cepstrum import SHAPE as CEPSTRUM_SHAPE

CEPSTRUM_WIDTH = 256
_MAP_WIDTH = 64


class Attention(nn.Module):
    """Pools tokens (B, N, C) by several learned weightings into (B, looks * C)."""

    def __init__(self, width: int, looks: int) -> None:
        super().__init__()
        self.interest = nn.Linear(width, looks)

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        """Pool tokens."""
        weights = self.interest(tokens).softmax(1)
        seen: torch.Tensor = weights.transpose(1, 2) @ tokens
        return seen.flatten(1)


def read_cepstrum() -> nn.Sequential:
    """Make a layer that reads cepstra (B, *`CEPSTRUM_SHAPE`) into (B, `CEPSTRUM_WIDTH`)."""
    lags = math.prod(CEPSTRUM_SHAPE)
    # The variances of a cepstrum, about 1e-5, would drown in the usual eps.
    return nn.Sequential(
        nn.Flatten(),
        nn.BatchNorm1d(lags, eps=1e-9, affine=False),
        nn.Dropout(0.1),
        nn.Linear(lags, CEPSTRUM_WIDTH),
        nn.SiLU(),
    )


class MapHead(nn.Module):
    """Draws maps from the overview, as the last two stages and the head see it.

    Nearby detail says where a thing begins, and the whole photograph how thick its haze is.
    """

    def __init__(self, widths: Sequence[int], hidden: int) -> None:
        super().__init__()
        self.fine = nn.Conv2d(widths[-2], _MAP_WIDTH, 3, padding=1)
        self.coarse = nn.Conv2d(widths[-1], _MAP_WIDTH, 1)
        self.whole = nn.Linear(hidden, _MAP_WIDTH)
        self.draw = nn.Sequential(
            nn.SiLU(),
            nn.Conv2d(_MAP_WIDTH, _MAP_WIDTH, 3, padding=1),
            nn.SiLU(),
            nn.Conv2d(_MAP_WIDTH, 2, 1),
        )

    def forward(self, fine: torch.Tensor, coarse: torch.Tensor, seen: torch.Tensor) -> torch.Tensor:
        """Draw (B, 2, H, W) logits from (B, C, H, W), (B, D, H/2, W/2) and (B, hidden)."""
        enlarged = functional.interpolate(self.coarse(coarse), fine.shape[2:], mode="bilinear")
        drawn: torch.Tensor = self.draw(
            self.fine(fine) + enlarged + self.whole(seen)[..., None, None]
        )
        return drawn


class Shrink(nn.Sequential):
    """Halves the resolution."""

    def __init__(self, before: int, after: int) -> None:
        super().__init__(
            nn.Conv2d(before, after, 3, stride=2, padding=1, bias=False),
            nn.BatchNorm2d(after),
            nn.SiLU(),
        )


class Residual(nn.Module):
    """Adds what two convolutions see."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(width, width, 3, padding=1, bias=False),
            nn.BatchNorm2d(width),
            nn.SiLU(),
            nn.Conv2d(width, width, 3, padding=1, bias=False),
            nn.BatchNorm2d(width),
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Look at (B, C, H, W)."""
        return functional.silu(x + self.body(x))
