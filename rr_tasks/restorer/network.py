"""The edge restorer's network: a U of gated convolution blocks, modulated by prior and time.

The blocks are simplified NAFNet blocks (Chen et al. 2022: depthwise convolution, simple gates, no
activation function) without channel attention: nothing is averaged over the image, so a tile is
restored as it would be inside the whole photograph. Knowledge of the whole photograph comes in
through the prior, by FiLM (Perez et al. 2018).
"""

from collections.abc import Mapping
from typing import ClassVar, NamedTuple

import torch
from torch import nn
from torch.nn import functional

from rr_tasks.restorer.guides import PLANES
from rr_tasks.weights.network import UNRECORDED_FIELDS, StoredNetwork, draw_known
from schemas.network import RestorerShape
from schemas.prior.vector import FIELDS, VECTOR_LENGTH

_TIME_WAVES = 8
_KNOWN_SIDE = 32
CONDITION_LENGTH = VECTOR_LENGTH + 1
"""The prior vector and whether it is known (1) or withheld (0, with a vector of zeros)."""

_BESIDE_THE_VECTOR = ("known", *(f"time.wave_{number}" for number in range(_TIME_WAVES)))


class EdgeCondition(NamedTuple):
    """What the network knows of images besides a point on the flow.

    Attributes:
        degraded: (B, 3, H, W) in 0-1.
        prior: (B, `CONDITION_LENGTH`).
        guides: (B, `PLANES`, H, W) in 0-1; (B, 0, H, W) for a network that reads none.
    """

    degraded: torch.Tensor
    prior: torch.Tensor
    guides: torch.Tensor


class RestorerNetwork(StoredNetwork):
    """Predicts the clean image x0 from x_t, the degraded image y, its guides, time and prior.

    Heights and widths of its input are multiples of `stride`.
    """

    shape: RestorerShape
    name = "edge-restorer"
    shape_type = RestorerShape
    layout = (*FIELDS, *_BESIDE_THE_VECTOR)
    unrecorded_layout = (*UNRECORDED_FIELDS, *_BESIDE_THE_VECTOR)
    laid_out: ClassVar[Mapping[str, int]] = {"embed.0.weight": 1}

    def __init__(self, shape: RestorerShape | None = None) -> None:
        shape = shape or RestorerShape()
        super().__init__(shape)
        self.stride = 2 ** (1 + len(shape.encoder))
        width, embedding = shape.width, shape.embedding
        self.embed = nn.Sequential(
            nn.Linear(len(self.layout), embedding),
            nn.SiLU(),
            nn.Linear(embedding, embedding),
            nn.SiLU(),
        )
        planes = 6 + PLANES * shape.guides  # x, the degraded image, and its guides
        self.enter = nn.Conv2d(4 * planes, width, 3, padding=1)
        self.leave = nn.Conv2d(width, 4 * (3 + shape.guides), 3, padding=1)
        nn.init.zeros_(self.leave.weight)  # start as the identity
        nn.init.zeros_(self.leave.bias)  # type: ignore[arg-type]
        self.down_blocks, self.down = nn.ModuleList(), nn.ModuleList()
        for count in shape.encoder:
            self.down_blocks.append(_blocks(count, width, embedding))
            self.down.append(nn.Conv2d(width, 2 * width, 2, stride=2))
            width *= 2
        self.middle = _blocks(shape.middle, width, embedding)
        self.up_blocks, self.up = nn.ModuleList(), nn.ModuleList()
        for count in shape.decoder:
            self.up.append(nn.Conv2d(width, 2 * width, 1, bias=False))
            width //= 2
            self.up_blocks.append(_blocks(count, width, embedding))

    def forward(self, x: torch.Tensor, t: torch.Tensor, condition: EdgeCondition) -> torch.Tensor:
        """Estimate x0.

        Args:
            x: (B, 3, H, W), the point on the flow at time t.
            t: (B,) in 0-1.
            condition: what is known of the images.

        Returns:
            (B, 3, H, W).
        """
        degraded, prior, guides = condition
        embedded = self.embed_condition(t, prior)
        h = functional.pixel_unshuffle(torch.cat([x, degraded, guides], 1), 2)
        h = self.enter(h.contiguous(memory_format=torch.channels_last))
        skips = []
        for blocks, down in zip(self.down_blocks, self.down, strict=True):
            h = _run(blocks, h, embedded)
            skips.append(h)
            h = down(h)
        h = _run(self.middle, h, embedded)
        for blocks, up, skip in zip(self.up_blocks, self.up, reversed(skips), strict=True):
            h = _run(blocks, functional.pixel_shuffle(up(h), 2) + skip, embedded)
        return apply_changes(functional.pixel_shuffle(self.leave(h), 2).float(), condition)

    def embed_condition(self, t: torch.Tensor, prior: torch.Tensor) -> torch.Tensor:
        """Return what modulates the blocks, (B, `shape.embedding`); see `forward`."""
        waves = torch.cos(torch.pi * t[:, None] * torch.arange(_TIME_WAVES, device=t.device))
        embedded: torch.Tensor = self.embed(torch.cat([prior, waves], 1))
        return embedded

    def answer_known(self) -> dict[str, float]:
        """Return what it changes in parts of a picture; see `StoredNetwork.answer_known`."""
        picture = draw_known(1, 3 + PLANES * self.shape.guides, _KNOWN_SIDE, _KNOWN_SIDE) / 255
        image, prior = picture[:, :3], torch.full((1, CONDITION_LENGTH), 0.5)
        restored = self(image, torch.ones(1), EdgeCondition(image, prior, picture[:, 3:]))
        changes = functional.adaptive_avg_pool2d(restored - image, 4).flatten().tolist()
        return {f"change.{place}": change for place, change in enumerate(changes)}


def apply_changes(changes: torch.Tensor, condition: EdgeCondition) -> torch.Tensor:
    """Return x0 as the network's last layer describes it.

    Args:
        changes: (B, 3, H, W), what to add to the degraded image; a network with guides has a fourth
            plane, how far to go from there to what physics made of it.
        condition: what is known of the images.
    """
    guides, own = condition.guides, condition.degraded + changes[:, :3]
    if not guides.shape[1]:
        return own
    return own + changes[:, 3:] * (guides[:, :3] - own)


def add_guides(before: RestorerNetwork) -> RestorerNetwork:
    """Copy a network without guides into one of equal widths that could read them.

    What reads and applies them is zero, so it restores as before until it is trained.
    """
    after = RestorerNetwork(before.shape.model_copy(update={"guides": True}))
    state = after.state_dict()
    for name, known in before.state_dict().items():
        missing = [size - had for size, had in zip(state[name].shape, known.shape, strict=True)]
        state[name] = functional.pad(known, [pad for size in missing[::-1] for pad in (0, size)])
    after.load_state_dict(state)
    return after.eval()


class GatedBlock(nn.Module):
    """Mixes neighbouring pixels, and then the channels of each, as the condition says."""

    def __init__(self, width: int, embedding: int) -> None:
        super().__init__()
        self.norm_space, self.norm_channels = nn.LayerNorm(width), nn.LayerNorm(width)
        self.modulate = nn.Linear(embedding, 4 * width)
        self.expand = nn.Conv2d(width, 2 * width, 1)
        self.spatial = nn.Conv2d(2 * width, 2 * width, 3, padding=1, groups=2 * width)
        self.project = nn.Conv2d(width, width, 1)
        self.widen = nn.Conv2d(width, 2 * width, 1)
        self.narrow = nn.Conv2d(width, width, 1)

    def forward(self, x: torch.Tensor, condition: torch.Tensor) -> torch.Tensor:
        """Change pixels (B, width, H, W), given conditions (B, embedding)."""
        scale_a, shift_a, scale_b, shift_b = self.modulate(condition)[:, :, None, None].chunk(
            4, dim=1
        )
        h = _over_channels(self.norm_space, x) * (1 + scale_a) + shift_a
        left, right = self.spatial(self.expand(h)).chunk(2, dim=1)
        x = x + self.project(left * right)
        h = _over_channels(self.norm_channels, x) * (1 + scale_b) + shift_b
        left, right = self.widen(h).chunk(2, dim=1)
        out: torch.Tensor = x + self.narrow(left * right)
        return out


def _blocks(count: int, width: int, embedding: int) -> nn.ModuleList:
    return nn.ModuleList(GatedBlock(width, embedding) for _ in range(count))


def _run(blocks: nn.Module, x: torch.Tensor, condition: torch.Tensor) -> torch.Tensor:
    for block in blocks.children():
        x = block(x, condition)
    return x


def _over_channels(norm: nn.Module, x: torch.Tensor) -> torch.Tensor:
    out: torch.Tensor = norm(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)
    return out
