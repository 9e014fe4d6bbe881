"""Tries on the shipped restorer what could make it faster: compiling it, and rounding to 8 bits.

    python infra/studies/restorer/quickening.py infra/samples/heldout

It restores a tile of 512 x 512 on one core. Times are medians of the processor's, but that of
compiling is by the clock. Rounding is imitated in float32, so it costs quality as in 8 bits, and
says nothing of speed: weights take 255 values in each output channel, inputs in each layer.
"""

import argparse
import statistics
import sys
import time
from collections.abc import Callable
from copy import deepcopy
from functools import partial

import numpy as np
import torch
from torch import nn

from rr_tasks.benchmarks.diagnosis import draw_degraded
from rr_tasks.photographs.pixels import Bytes
from rr_tasks.reasoner.diagnosis import diagnose
from rr_tasks.reasoner.load import load_reasoner
from rr_tasks.restorer.edge import EdgeRestorer
from rr_tasks.restorer.fused import FusedNetwork
from rr_tasks.restorer.network import EdgeCondition, GatedBlock, RestorerNetwork
from rr_tasks.threads import compute_in_threads
from rr_tasks.weights.file import load_network, locate_shipped
from schemas.errors import ExpectedError
from schemas.reasoner import EdgeReasonerChoice

Predict = Callable[[torch.Tensor, torch.Tensor, EdgeCondition], torch.Tensor]

_STEPS = 127  # above and below zero
_ROUNDS = 5


def list_pointwise(network: nn.Module) -> list[nn.Conv2d]:
    """List the 1x1 convolutions of a network, or of a part."""
    layers = network.modules()
    return [one for one in layers if isinstance(one, nn.Conv2d) and one.kernel_size == (1, 1)]


def list_wide(network: nn.Module) -> list[nn.Conv2d]:
    """List the 1x1 convolutions of the blocks that are at least as wide as half of them."""
    blocks = [layer for layer in network.modules() if isinstance(layer, GatedBlock)]
    middle = statistics.median_low(block.project.in_channels for block in blocks)
    wide = [block for block in blocks if block.project.in_channels >= middle]
    return [layer for block in wide for layer in list_pointwise(block)]


def round_layers(
    network: RestorerNetwork, layers: Callable[[nn.Module], list[nn.Conv2d]]
) -> Predict:
    """Copy a network, and let these layers of the copy round their weights and inputs."""
    rounded = deepcopy(network)
    for layer in layers(rounded):
        layer.weight.data = _round(layer.weight.data, (1, 2, 3))
        layer.register_forward_pre_hook(lambda _, inputs: _round(inputs[0], (0, 1, 2, 3)))
    return rounded


def _round(values: torch.Tensor, dims: tuple[int, ...]) -> torch.Tensor:
    """Round to steps that all values along these dimensions share."""
    step = values.abs().amax(dims, keepdim=True).clamp_min(1e-9) / _STEPS
    return (values / step).round() * step


def restore(predict: Predict, tile: EdgeCondition) -> torch.Tensor:
    """Restore a tile in one step; 0-1."""
    with torch.no_grad():
        return predict(tile.degraded, torch.ones(1), tile).clamp(0.0, 1.0)


def measure_rounding(network: RestorerNetwork, tile: EdgeCondition) -> str:
    """Render how far, in dB, rounding puts a restoration from that in float32."""
    exact, forms = restore(network, tile), {}
    for layers, name in ((list_pointwise, "all"), (list_wide, "the wider half of blocks")):
        rounded = round_layers(network, layers)
        forms[f"8 bits in 1x1 convolutions of {name}"] = restore(rounded, tile)
    with torch.autocast("cpu", torch.bfloat16):
        forms["bfloat16"] = restore(network, tile)
    decibels = {name: -10 * (form - exact).square().mean().log10() for name, form in forms.items()}
    return "".join(f"{name}: {psnr:.1f} dB from float32\n" for name, psnr in decibels.items())


def measure_times(network: RestorerNetwork, tile: EdgeCondition) -> str:
    """Render how long the fused network takes, by turns without and with `torch.compile`."""
    fused = FusedNetwork(network)
    works = [partial(restore, each, tile) for each in (fused, torch.compile(fused))]
    start = time.perf_counter()
    works[1]()
    compiling = time.perf_counter() - start
    seconds = [[_time(work) for work in works] for _ in range(_ROUNDS)]
    plain, compiled = (1000 * statistics.median(each) for each in zip(*seconds, strict=True))
    return f"fused: {plain:.0f} ms\ncompiled, in {compiling:.0f} s: {compiled:.0f} ms\n"


def _time(work: Callable[[], object]) -> float:
    start = time.thread_time()
    work()
    return time.thread_time() - start


def look(image: Bytes, network: RestorerNetwork) -> EdgeCondition:
    """Return what the network knows of a tile that is a whole photograph, (H, W, 3)."""
    prior, restorer = diagnose(load_reasoner(EdgeReasonerChoice()), image), EdgeRestorer(network)
    planes = np.dstack([image, restorer.survey(image, prior)[:, :]])
    tile = torch.from_numpy(planes).permute(2, 0, 1)[None] / 255
    return restorer.prepare(tile[:, :3], [prior], tile[:, 3:])


def main() -> None:
    """Try all of it on the first photograph of a folder."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("photographs", help="folder; its first one is degraded in all four ways")
    compute_in_threads(1)
    try:
        network = load_network(locate_shipped("edge-restorer"), RestorerNetwork)
        image = next(draw_degraded(parser.parse_args().photographs))
    except ExpectedError as error:
        parser.error(str(error))
    tile = look(image, network)
    sys.stdout.write(measure_rounding(network, tile) + measure_times(network, tile))


if __name__ == "__main__":
    main()
