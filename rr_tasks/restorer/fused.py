"""The restorer's network in the form that is fastest on a CPU.

Most of the network's time would go into reading and writing memory. Here, whatever the norms, the
prior and the time do to a pixel's channels is part of the convolution that reads them, except one
division by their size, and a block works on strips that stay in the processor's cache.
"""

import threading
from collections.abc import Iterable
from itertools import pairwise
from typing import NamedTuple, cast

import torch
from torch import nn
from torch.nn import functional

from rr_tasks.device import compute_type
from rr_tasks.restorer.coordinates import Coordinates
from rr_tasks.restorer.network import EdgeCondition, GatedBlock, RestorerNetwork, apply_changes

_EPSILON = 1e-5  # of `nn.LayerNorm`
_STRIP_BYTES = 3 * 2**19
"""Of the widest values of a strip."""


class _Layer(NamedTuple):
    """Weights and biases of a convolution, in the type in which it computes."""

    weight: torch.Tensor
    bias: torch.Tensor | None

    def __call__(
        self, x: torch.Tensor, stride: int = 1, padding: int = 0, groups: int = 1
    ) -> torch.Tensor:
        return functional.conv2d(x, self.weight, self.bias, stride, padding, groups=groups)


class _Block(NamedTuple):
    """The layers of a `GatedBlock` for one prior and time."""

    expand: _Layer
    spatial: _Layer
    project: _Layer
    widen: _Layer
    narrow: _Layer

    def __call__(self, x: torch.Tensor) -> torch.Tensor:
        """Change pixels (1, width, H, W), channels last."""
        out = torch.empty_like(x)
        _, channels, height, width = x.shape
        rows = max(1, _STRIP_BYTES // (2 * channels * width * x.element_size()))
        for top in range(0, height, rows):
            bottom = min(top + rows, height)
            above, below = max(top - 1, 0), min(bottom + 1, height)
            h = self.expand(_normalize(x[:, :, above:below]))
            h = self.spatial(h, padding=1, groups=2 * channels)[:, :, top - above : bottom - above]
            strip = out[:, :, top:bottom]
            torch.add(x[:, :, top:bottom], self.project(_gate(h)), out=strip)
            strip += self.narrow(_gate(self.widen(_normalize(strip))))
        return out


class _Stage:
    """Blocks at one resolution, without the parts that depend on prior and time."""

    def __init__(self, blocks: nn.Module, coordinates: Coordinates, dtype: torch.dtype) -> None:
        self._blocks = cast(list[GatedBlock], list(blocks.children()))
        self._coordinates, self._dtype = coordinates, dtype
        self._fixed = [
            (
                _layer(block.spatial.weight, _bias(block.spatial), dtype),
                self._returning(block.project),
                self._returning(block.narrow),
            )
            for block in self._blocks
        ]

    def fold(self, condition: torch.Tensor) -> list[_Block]:
        """Return the blocks for a condition (embedding,)."""
        folded = []
        for block, (spatial, project, narrow) in zip(self._blocks, self._fixed, strict=True):
            scale_a, shift_a, scale_b, shift_b = block.modulate(condition).chunk(4)
            expand = self._reading(block.expand, block.norm_space, scale_a, shift_a)
            widen = self._reading(block.widen, block.norm_channels, scale_b, shift_b)
            folded.append(_Block(expand, spatial, project, widen, narrow))
        return folded

    def _reading(
        self, conv: nn.Conv2d, norm: nn.LayerNorm, scale: torch.Tensor, shift: torch.Tensor
    ) -> _Layer:
        """Let a convolution read normalized coordinates instead of modulated channels."""
        offset = conv.weight.flatten(1) @ (norm.bias * (1 + scale) + shift)
        scaled = conv.weight * (norm.weight * (1 + scale))[:, None, None]
        bias = _bias(conv) + offset
        return _layer(self._coordinates.read_normalized(scaled), bias, self._dtype)

    def _returning(self, conv: nn.Conv2d) -> _Layer:
        """Let a convolution return coordinates instead of channels."""
        write = self._coordinates.write
        return _layer(write(conv.weight), write(_bias(conv)), self._dtype)


class FusedNetwork:
    """Computes what a `RestorerNetwork` on a CPU does, within rounding; threads may share it.

    Args:
        network: in evaluation mode; it must not change any more.
    """

    def __init__(self, network: RestorerNetwork) -> None:
        self._network = network
        self._dtype = dtype = compute_type(network.leave.weight.device)
        self._latest = threading.local()
        downs, ups = _convolutions(network.down), _convolutions(network.up)
        widths = [network.enter.out_channels, *(down.out_channels for down in downs)]
        levels = [Coordinates(width) for width in widths]
        between = list(pairwise(levels))
        every = (*network.down_blocks, network.middle, *network.up_blocks)
        with torch.no_grad():
            self._stages = [
                _Stage(blocks, level, dtype)
                for blocks, level in zip(every, levels + levels[-2::-1], strict=True)
            ]
            entering = levels[0].write(_by_place(network.enter.weight, 1))
            self._enter = _layer(entering, levels[0].write(_bias(network.enter)), dtype)
            leaving = _by_place(levels[0].read(network.leave.weight), 0)
            self._leave = _layer(leaving, _by_place(_bias(network.leave), 0), dtype)
            self._down = [
                _layer(below.write(level.read(down.weight)), below.write(_bias(down)), dtype)
                for down, (level, below) in zip(downs, between, strict=True)
            ]
            self._up = [
                _layer(_write_at_places(level, below.read(up.weight)), None, dtype)
                for up, (level, below) in zip(ups, reversed(between), strict=True)
            ]

    def __call__(self, x: torch.Tensor, t: torch.Tensor, condition: EdgeCondition) -> torch.Tensor:
        """Estimate x0; see `RestorerNetwork.forward`."""
        degraded, prior, guides = condition
        with torch.no_grad(), torch.autocast(x.device.type, enabled=False):
            embedded = self._network.embed_condition(t, prior)
            inputs = torch.cat([x, degraded, guides], 1).to(self._dtype)
            changes = [
                self._run(one, self._fold(its_own))
                for one, its_own in zip(inputs.chunk(len(x)), embedded, strict=True)
            ]
            return apply_changes(torch.cat(changes).float(), condition)

    def _fold(self, condition: torch.Tensor) -> list[list[_Block]]:
        """Fold for a condition (embedding,), once for all tiles of a photograph in this thread."""
        if not torch.equal(getattr(self._latest, "condition", condition[:0]), condition):
            self._latest.blocks = [stage.fold(condition) for stage in self._stages]
            self._latest.condition = condition
        return cast(list[list[_Block]], self._latest.blocks)

    def _run(self, inputs: torch.Tensor, stages: list[list[_Block]]) -> torch.Tensor:
        """Return the changes to apply, for inputs (1, C, H, W)."""
        h = self._enter(_fold_places(inputs), padding=1)
        skips, depth = [], len(self._down)
        for blocks, down in zip(stages[:depth], self._down, strict=True):
            skips.append(_run_blocks(blocks, h))
            h = down(skips[-1], stride=2)
        h = _run_blocks(stages[depth], h)
        for blocks, up, skip in zip(stages[depth + 1 :], self._up, skips[::-1], strict=True):
            h = _run_blocks(blocks, skip.add_(_unfold_places(up(h))))
        return _unfold_places(self._leave(h, padding=1))


def _run_blocks(blocks: Iterable[_Block], x: torch.Tensor) -> torch.Tensor:
    for block in blocks:
        x = block(x)
    return x


def _normalize(x: torch.Tensor) -> torch.Tensor:
    """Divide the coordinates of each pixel by their root mean square."""
    pixels = x.permute(0, 2, 3, 1)
    # `rms_norm` works in float32 meanwhile, which takes the cache twice as much room.
    size: torch.Tensor = torch.linalg.vector_norm(pixels, dim=-1, keepdim=True)
    scale = size.square_().div_(x.shape[1]).add_(_EPSILON).rsqrt_()
    # One product over everything is faster than one for each pixel.
    return (pixels * scale.expand_as(pixels).contiguous()).permute(0, 3, 1, 2)


def _gate(h: torch.Tensor) -> torch.Tensor:
    left, right = h.chunk(2, dim=1)
    return left * right


def _fold_places(x: torch.Tensor) -> torch.Tensor:
    """Turn squares of 2 x 2 pixels into channels, those of each pixel together."""
    _, channels, height, width = x.shape
    pixels = x.permute(0, 2, 3, 1).reshape(1, height // 2, 2, width // 2, 2, channels)
    folded = pixels.transpose(2, 3).reshape(1, height // 2, width // 2, 4 * channels)
    return folded.permute(0, 3, 1, 2)


def _unfold_places(x: torch.Tensor) -> torch.Tensor:
    """Undo `_fold_places`."""
    _, channels, height, width = x.shape
    folded = x.permute(0, 2, 3, 1).reshape(1, height, width, 2, 2, channels // 4)
    pixels = folded.transpose(2, 3).reshape(1, 2 * height, 2 * width, channels // 4)
    return pixels.permute(0, 3, 1, 2)


def _by_place(values: torch.Tensor, dim: int) -> torch.Tensor:
    """Order channels as `_fold_places` does, instead of as `pixel_unshuffle` does."""
    apart = torch.unflatten(values, dim, (-1, 4))
    return apart.transpose(dim, dim + 1).flatten(dim, dim + 1)


def _write_at_places(above: Coordinates, weight: torch.Tensor) -> torch.Tensor:
    """Let the weights that double the resolution return coordinates, ordered by place."""
    at_places = torch.unflatten(weight, 0, (-1, 4))
    return above.write(at_places).transpose(0, 1).flatten(0, 1)


def _layer(weight: torch.Tensor, bias: torch.Tensor | None, dtype: torch.dtype) -> _Layer:
    placed = weight.detach().to(dtype, memory_format=torch.channels_last)
    return _Layer(placed, None if bias is None else bias.detach().to(dtype))


def _convolutions(layers: nn.ModuleList) -> list[nn.Conv2d]:
    return cast(list[nn.Conv2d], list(layers))


def _bias(conv: nn.Conv2d) -> torch.Tensor:
    return cast(torch.Tensor, conv.bias)
