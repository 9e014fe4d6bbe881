"""The network of the edge reasoner: a trunk for all views, attention over its output, heads."""

from collections.abc import Mapping
from itertools import pairwise
from typing import ClassVar, NamedTuple, Self

import torch
from torch import nn
from torch.nn import functional
from torch.nn.utils.fusion import fuse_conv_bn_eval

from rr_tasks.reasoner.cepstrum import SHAPE
from rr_tasks.reasoner.kernels import KERNEL_SIDE
from rr_tasks.reasoner.layers import (
    CEPSTRUM_WIDTH,
    Attention,
    MapHead,
    Residual,
    Shrink,
    read_cepstrum,
)
from rr_tasks.reasoner.views import WORKING_SIDE
from rr_tasks.weights.network import UNRECORDED_FIELDS, StoredNetwork, draw_known
from schemas.network import ReasonerShape
from schemas.prior.current import DEGRADATIONS
from schemas.prior.vector import FIELDS, VECTOR_LENGTH

CHANNEL_ENTRIES = tuple(
    f"noise.{entry}_{channel}" for entry in ("sigma", "gain") for channel in "rgb"
)
"""Entries of the output for the noise of each channel, scaled as in the prior's vector."""

OUTPUT_LENGTH = VECTOR_LENGTH + len(DEGRADATIONS) + len(CHANNEL_ENTRIES)
"""The length of a prior vector, the expected errors of its severities, and the noise."""

_UNRECORDED_DEVIATIONS = tuple(f"{name}.severity_std" for name in ("haze", "blur", "rain", "noise"))

_STEM = 32
_STAGE = 3  # modules
_BIASES_OF_NEW = {"present": -20.0, "coded": -2.0}  # logits of what is never found, and of linear
_KNOWN_SIDE = 32
_SMALLEST_SCALE = -2.0  # a short side of 128, the smallest in training


class Sight(NamedTuple):
    """What the trunk sees in the views of B photographs.

    Attributes:
        fine: (B, C, S/8, S/8) of the overview.
        parts: (B, K, D, S/16, S/16) of the K views of each kind: the overview, crops at working
            size, native crops, and the sharpest window.
    """

    fine: torch.Tensor
    parts: tuple[torch.Tensor, ...]


class Reading(NamedTuple):
    """What the network reads from B photographs.

    Attributes:
        entries: (B, `OUTPUT_LENGTH`) float32. The entries `present` and `coded` are logits; the
            prior's vector is followed by the logarithms of the mean absolute errors of the
            severities, as fractions, and by the `CHANNEL_ENTRIES`.
        maps: (B, 2, 16, 16) logits of the transmission in linear light and in coded values; None
            without maps.
        kernels: (B, `KERNEL_SIDE`, `KERNEL_SIDE`), the logarithms of the point spread at working
            size, without normalization; None without maps.
    """

    entries: torch.Tensor
    maps: torch.Tensor | None
    kernels: torch.Tensor | None


class ReasonerNetwork(StoredNetwork):
    """Predicts a prior vector and maps from views of a photograph, its cepstra and its size."""

    name = "edge-reasoner"
    shape_type = ReasonerShape
    shape: ReasonerShape
    layout = (*FIELDS, *(f"{name}.severity_std" for name in DEGRADATIONS), *CHANNEL_ENTRIES)
    unrecorded_layout = (*UNRECORDED_FIELDS, *_UNRECORDED_DEVIATIONS)
    laid_out: ClassVar[Mapping[str, int]] = {"head.3.weight": 0, "head.3.bias": 0}

    def __init__(self, shape: ReasonerShape | None = None) -> None:
        shape = shape or ReasonerShape()
        super().__init__(shape)
        widths, hidden, looks = shape.widths, shape.hidden, shape.looks
        roles, cepstra = (4, 2) if shape.maps else (3, 1)
        # No pixel is averaged away: noise and blur show in the finest detail alone.
        self.stem = nn.Conv2d(12, _STEM, 3, padding=1)
        # An overview, a shrunk and a native crop show different statistics in the same trunk.
        self.role = nn.Parameter(torch.zeros(roles, _STEM, 1, 1))
        stages: list[nn.Module] = []
        for before, after in pairwise((_STEM, *widths)):
            stages += [Shrink(before, after), Residual(after), Residual(after)]
        self.trunk = nn.Sequential(*stages)
        width = widths[-1]
        self.attention = Attention(width, looks)
        self.blur = read_cepstrum()
        self.head = nn.Sequential(
            nn.Linear((2 * roles + looks) * width + cepstra * CEPSTRUM_WIDTH + 1, hidden),
            nn.SiLU(),
            nn.Dropout(0.2),
            nn.Linear(hidden, len(self.layout)),
        )
        if shape.maps:
            self.sharp = read_cepstrum()
            self.map = MapHead(widths, hidden)
            self.kernel = nn.Sequential(
                nn.Linear(hidden + cepstra * CEPSTRUM_WIDTH, hidden),
                nn.SiLU(),
                nn.Linear(hidden, KERNEL_SIDE**2),
            )
        self.to(memory_format=torch.channels_last)

    def forward(
        self,
        overview: torch.Tensor,
        working: torch.Tensor,
        native: torch.Tensor,
        cepstra: torch.Tensor,
        short_side: torch.Tensor,
    ) -> Reading:
        """Read B photographs.

        Args:
            overview: (B, 3, S, S) bytes; the photograph, squeezed into a square, or its central
                square for networks without maps.
            working: (B, K, 3, S, S) bytes, crops at working size, K at least 1. Networks with maps
                take the first one, of at least 2, for the sharpest window.
            native: (B, N, 3, S, S) bytes, crops in native pixels, N at least 1.
            cepstra: (B, 2, *`rr_tasks.reasoner.cepstrum.SHAPE`) of all and of the sharpest windows
                at working size.
            short_side: (B,) pixels of the working size, against which blur is measured.
        """
        return self.read(self.look(overview, working, native), cepstra, short_side)

    def look(self, overview: torch.Tensor, working: torch.Tensor, native: torch.Tensor) -> Sight:
        """Show the views of B photographs to the trunk; see `forward`."""
        kinds = [overview[:, None], working, native]
        if self.shape.maps:
            kinds[1:] = working[:, 1:], native, working[:, :1]
        counts = [len(overview) * kind.shape[1] for kind in kinds]
        views = torch.cat([kind.flatten(0, 1) for kind in kinds])
        folded = functional.pixel_unshuffle(views, 2).to(memory_format=torch.channels_last)
        repeats = torch.tensor(counts, device=views.device)
        # Without the size, the host would wait for the device to add up the repeats.
        roles = self.role.repeat_interleave(repeats, 0, output_size=len(views))
        x = self.stem(folded.float().mul_(2 / 255).sub_(1)) + roles
        fine = self.trunk[:-_STAGE](functional.silu(x))
        parts = self.trunk[-_STAGE:](fine).split(counts)
        seen = tuple(part.unflatten(0, (len(overview), -1)) for part in parts)
        return Sight(fine[: len(overview)], seen)  # overviews come first

    def read(self, sight: Sight, cepstra: torch.Tensor, short_side: torch.Tensor) -> Reading:
        """Tell from what the trunk sees in B photographs what they are like; see `forward`."""
        with torch.autocast(cepstra.device.type, enabled=False):
            parts = [part.float().flatten(3).mT.flatten(1, 2) for part in sight.parts]
            moments = [
                moment for part in parts for moment in (part.mean(1), part.std(1, correction=0))
            ]
            blurs = [self.blur(cepstra[:, 0])]
            if self.shape.maps:
                blurs.append(self.sharp(cepstra[:, 1]))
            scale = torch.log2(short_side / WORKING_SIDE).clamp(min=_SMALLEST_SCALE)[:, None]
            looks = self.attention(torch.cat(parts, 1))
            known = self.head[:-1](torch.cat([*moments, looks, *blurs, scale], 1))
            entries = self.head[-1](known)
            if not self.shape.maps:
                return Reading(entries, None, None)
            maps = self.map(sight.fine.float(), sight.parts[0][:, 0].float(), known)
            kernels = self.kernel(torch.cat([known, *blurs], 1))
            return Reading(entries, maps, kernels.unflatten(1, (KERNEL_SIDE, KERNEL_SIDE)))

    def value_of_new(self, tensor: str, entry: str) -> float:
        """Return a bias with which the network never finds what it was not trained to find."""
        if tensor != "head.3.bias":
            return 0.0
        return _BIASES_OF_NEW.get(entry.rpartition(".")[2], 0.0)

    def answer_known(self) -> dict[str, float]:
        """Return what it reads from small views; see `StoredNetwork.answer_known`."""
        views = draw_known(1, 4, 3, _KNOWN_SIDE, _KNOWN_SIDE)
        cepstra = draw_known(1, 2, *SHAPE) / 2550
        reading = self(views[:, 0], views[:, 1:3], views[:, 3:], cepstra, torch.tensor([512.0]))
        answer = dict(zip(self.layout, reading.entries[0].tolist(), strict=True))
        if reading.maps is not None and reading.kernels is not None:
            answer |= {"maps": float(reading.maps.mean()), "kernel": float(reading.kernels.std())}
        return answer

    def fuse(self) -> Self:
        """Fold normalization into the convolutions, which is faster but ends training."""
        for part in self.modules():
            if isinstance(part, nn.Sequential):
                for place, (layer, after) in enumerate(pairwise(part)):
                    if isinstance(layer, nn.Conv2d) and isinstance(after, nn.BatchNorm2d):
                        part[place] = fuse_conv_bn_eval(layer, after)
                        part[place + 1] = nn.Identity()
        return self
