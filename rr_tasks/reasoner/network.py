"""The edge reasoner's network: a shared convolutional trunk over views, one output per field."""

from itertools import pairwise

import torch
from torch import nn
from torch.nn import functional

from schemas.prior.vector import VECTOR_LENGTH


class ReasonerNetwork(nn.Module):
    """Predicts a prior vector from an overview and native crops.

    Args:
        widths: channels at a quarter, an eighth and a sixteenth of a view's resolution.
        hidden: width of the head.
    """

    def __init__(self, widths: tuple[int, ...] = (32, 64, 128), hidden: int = 256) -> None:
        super().__init__()
        stem = 32
        self.stem = nn.Conv2d(12, stem, 3, padding=1)
        # An overview and a crop show different statistics through the same trunk.
        self.role = nn.Parameter(torch.zeros(2, stem, 1, 1))
        stages: list[nn.Module] = []
        for before, after in pairwise((stem, *widths)):
            stages += [_Shrink(before, after), _Residual(after), _Residual(after)]
        self.trunk = nn.Sequential(*stages)
        self.head = nn.Sequential(
            nn.Linear(6 * widths[-1], hidden),
            nn.SiLU(),
            nn.Dropout(0.2),
            nn.Linear(hidden, VECTOR_LENGTH),
        )

    def forward(self, overview: torch.Tensor, crops: torch.Tensor) -> torch.Tensor:
        """Look at B photographs.

        Args:
            overview: (B, 3, S, S) in 0-1.
            crops: (B, K, 3, S, S) in 0-1, K at least 1.

        Returns:
            (B, `VECTOR_LENGTH`) float32; the entries `present` are logits.
        """
        batch, count = crops.shape[:2]
        views = torch.cat([overview, crops.flatten(0, 1)])
        x = functional.pixel_unshuffle(2 * views - 1, 2).to(memory_format=torch.channels_last)
        roles = torch.cat(
            [self.role[:1].expand(batch, -1, 1, 1), self.role[1:].expand(batch * count, -1, 1, 1)]
        )
        x = self.trunk(functional.silu(self.stem(x) + roles)).float()
        features = torch.cat([x.mean((2, 3)), x.std((2, 3), correction=0)], 1)
        whole, parts = features[:batch], features[batch:].reshape(batch, count, -1)
        seen = torch.cat([whole, parts.mean(1), parts.amax(1)], 1)
        with torch.autocast(x.device.type, enabled=False):
            out: torch.Tensor = self.head(seen)
        return out


class _Shrink(nn.Sequential):
    def __init__(self, before: int, after: int) -> None:
        super().__init__(
            nn.Conv2d(before, after, 3, stride=2, padding=1, bias=False),
            nn.BatchNorm2d(after),
            nn.SiLU(),
        )


class _Residual(nn.Module):
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
        return functional.silu(x + self.body(x))
