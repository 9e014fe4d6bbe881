"""The network of the edge reasoner: a trunk for all views, attention over its output, a head."""

import math
from collections.abc import Mapping
from itertools import pairwise
from typing import ClassVar, Self

import torch
from torch import nn
from torch.nn import functional
from torch.nn.utils.fusion import fuse_conv_bn_eval

from rr_tasks.reasoner.cepstrum import SHAPE as CEPSTRUM_SHAPE
from rr_tasks.reasoner.views import WORKING_SIDE
from rr_tasks.weights.network import UNRECORDED_FIELDS, StoredNetwork
from schemas.network import ReasonerShape
from schemas.prior.current import DEGRADATIONS
from schemas.prior.vector import FIELDS, VECTOR_LENGTH

OUTPUT_LENGTH = VECTOR_LENGTH + len(DEGRADATIONS)
"""The length of a prior vector and of the expected errors of its severities."""

_UNRECORDED_DEVIATIONS = (
    *("haze.severity_std", "blur.severity_std", "rain.severity_std", "noise.severity_std"),
)

_STEM = 32
_ROLES = 3
_BLUR_WIDTH = 256
_NEVER_FOUND = -20.0  # as a logit
_SMALLEST_SCALE = -2.0  # a short side of 128, the smallest in training


class ReasonerNetwork(StoredNetwork):
    """Predicts a prior vector from views of a photograph, its cepstrum and its size."""

    name = "edge-reasoner"
    shape_type = ReasonerShape
    layout = (*FIELDS, *(f"{name}.severity_std" for name in DEGRADATIONS))
    unrecorded_layout = (*UNRECORDED_FIELDS, *_UNRECORDED_DEVIATIONS)
    laid_out: ClassVar[Mapping[str, int]] = {"head.3.weight": 0, "head.3.bias": 0}

    def __init__(self, shape: ReasonerShape | None = None) -> None:
        shape = shape or ReasonerShape()
        super().__init__(shape)
        widths, hidden, looks = shape.widths, shape.hidden, shape.looks
        # No pixel is averaged away: noise and blur show in the finest detail alone.
        self.stem = nn.Conv2d(12, _STEM, 3, padding=1)
        # An overview, a shrunk and a native crop show different statistics in the same trunk.
        self.role = nn.Parameter(torch.zeros(_ROLES, _STEM, 1, 1))
        stages: list[nn.Module] = []
        for before, after in pairwise((_STEM, *widths)):
            stages += [_Shrink(before, after), _Residual(after), _Residual(after)]
        self.trunk = nn.Sequential(*stages)
        width = widths[-1]
        self.attention = _Attention(width, looks)
        lags = math.prod(CEPSTRUM_SHAPE)
        # Reads the cepstrum, whose variances, about 1e-5, the usual eps would drown.
        self.blur = nn.Sequential(
            nn.Flatten(),
            nn.BatchNorm1d(lags, eps=1e-9, affine=False),
            nn.Dropout(0.1),
            nn.Linear(lags, _BLUR_WIDTH),
            nn.SiLU(),
        )
        self.head = nn.Sequential(
            nn.Linear((2 * _ROLES + looks) * width + _BLUR_WIDTH + 1, hidden),
            nn.SiLU(),
            nn.Dropout(0.2),
            nn.Linear(hidden, len(self.layout)),
        )
        self.to(memory_format=torch.channels_last)

    def forward(
        self,
        overview: torch.Tensor,
        working: torch.Tensor,
        native: torch.Tensor,
        cepstrum: torch.Tensor,
        short_side: torch.Tensor,
    ) -> torch.Tensor:
        """Predict the priors of B photographs.

        Args:
            overview: (B, 3, S, S) bytes, the central square of the photograph, shrunk.
            working: (B, K, 3, S, S) bytes, crops at working size, K at least 1.
            native: (B, N, 3, S, S) bytes, crops in native pixels, N at least 1.
            cepstrum: (B, *`rr_tasks.reasoner.cepstrum.SHAPE`) of the working size.
            short_side: (B,) pixels of the working size, against which blur is measured.

        Returns:
            (B, `OUTPUT_LENGTH`) float32; the entries `present` are logits, and the last four the
            logarithms of the mean absolute errors of the severities, as fractions.
        """
        groups = (overview[:, None], working, native)
        counts = [len(overview) * group.shape[1] for group in groups]
        views = torch.cat([group.flatten(0, 1) for group in groups])
        folded = functional.pixel_unshuffle(views, 2).to(memory_format=torch.channels_last)
        repeats = torch.tensor(counts, device=views.device)
        # Without the size, the host would wait for the device to add up the repeats.
        roles = self.role.repeat_interleave(repeats, 0, output_size=sum(counts))
        x = self.stem(folded.float().mul_(2 / 255).sub_(1)) + roles
        seen = self.trunk(functional.silu(x)).float().flatten(2).transpose(1, 2)
        with torch.autocast(seen.device.type, enabled=False):
            parts = [part.reshape(len(overview), -1, seen.shape[-1]) for part in seen.split(counts)]
            moments = [
                moment for part in parts for moment in (part.mean(1), part.std(1, correction=0))
            ]
            scale = torch.log2(short_side / WORKING_SIDE).clamp(min=_SMALLEST_SCALE)[:, None]
            looks = self.attention(torch.cat(parts, 1))
            out: torch.Tensor = self.head(
                torch.cat([*moments, looks, self.blur(cepstrum), scale], 1)
            )
        return out

    def value_of_new(self, tensor: str, entry: str) -> float:
        """Return a bias with which the network never finds what it was not trained to find."""
        finds = tensor == "head.3.bias" and entry.endswith(".present")
        return _NEVER_FOUND if finds else 0.0

    def fuse(self) -> Self:
        """Fold normalization into the convolutions, which is faster but ends training."""
        for part in self.modules():
            if isinstance(part, nn.Sequential):
                for place, (layer, after) in enumerate(pairwise(part)):
                    if isinstance(layer, nn.Conv2d) and isinstance(after, nn.BatchNorm2d):
                        part[place] = fuse_conv_bn_eval(layer, after)
                        part[place + 1] = nn.Identity()
        return self


class _Attention(nn.Module):
    """Pools tokens (B, N, C) by several learned weightings into (B, looks * C)."""

    def __init__(self, width: int, looks: int) -> None:
        super().__init__()
        self.interest = nn.Linear(width, looks)

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        weights = self.interest(tokens).softmax(1)
        seen: torch.Tensor = weights.transpose(1, 2) @ tokens
        return seen.flatten(1)


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
