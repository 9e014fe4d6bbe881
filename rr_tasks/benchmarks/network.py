"""How fast one core restores a tile, compared with what it can do at most."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
import torch

from rr_tasks.benchmarks.diagnosis import draw_degraded
from rr_tasks.benchmarks.operations import Spent, spend
from rr_tasks.device import compute_type
from rr_tasks.photographs.pixels import Pixels
from rr_tasks.reasoner.diagnosis import diagnose
from rr_tasks.reasoner.load import load_reasoner
from rr_tasks.restorer.edge import EdgeRestorer
from rr_tasks.restorer.network import RestorerNetwork
from rr_tasks.restorer.photograph import PhotographRestorer
from rr_tasks.threads import compute_in_threads
from rr_tasks.weights.file import load_network, locate_shipped
from schemas.prior.current import DiagnosticPrior
from schemas.reasoner import EdgeReasonerChoice

_ROUNDS = 6
_PRODUCTS, _COPIES = 8, 8
_MATRIX_SIDE = 1536
_COPIED_BYTES = 2**26

Restore = Callable[[Pixels, DiagnosticPrior], Pixels]


@dataclass(frozen=True)
class Peaks:
    """What one core does at most: operations a second in matrix products, bytes a second copied."""

    flops: float
    bandwidth: float


@dataclass(frozen=True)
class NetworkSpeed:
    """Processor seconds in which one core restores a square, by the network as trained and fused.

    `psnr` compares the two restorations, in dB, and `spent` says what the fused network spends.
    """

    side: int
    trained_seconds: float
    fused_seconds: float
    psnr: float
    spent: list[Spent]
    peaks: Peaks

    @property
    def gain(self) -> float:
        """How many times as fast the fused network is."""
        return self.trained_seconds / self.fused_seconds


def measure_network(photographs: str, side: int, pairs: int) -> NetworkSpeed:
    """Restore a tile of `side` x `side` with both forms of the shipped network by turns.

    Seconds are medians, of the processor's time, so that other work on the machine counts little.

    Raises:
        MissingFolderError: there are no photographs.
    """
    compute_in_threads(1)
    image = next(draw_degraded(photographs))[:side, :side]
    prior = diagnose(load_reasoner(EdgeReasonerChoice()), image)
    fine = image.astype(np.uint16) * 257
    trained, fused = (partial(restore, fine, prior) for restore in _load_forms())
    error = (trained().astype(np.float64) - fused()) / np.iinfo(np.uint16).max
    seconds = [(_time(trained), _time(fused)) for _ in range(pairs)]
    return NetworkSpeed(
        side=side,
        trained_seconds=statistics.median(first for first, _ in seconds),
        fused_seconds=statistics.median(second for _, second in seconds),
        psnr=-10 * np.log10(np.square(error).mean()),
        spent=spend(fused, _ROUNDS),
        peaks=_measure_peaks(),
    )


def _load_forms() -> tuple[Restore, Restore]:
    network = load_network(locate_shipped("edge-restorer"), RestorerNetwork)
    restorers = EdgeRestorer(network), EdgeRestorer(network).fuse()
    trained, fused = (PhotographRestorer(restorer, "").restore for restorer in restorers)
    return trained, fused


def _measure_peaks() -> Peaks:
    matrix = torch.rand(_MATRIX_SIDE, _MATRIX_SIDE).to(compute_type(torch.device("cpu")))
    source = torch.zeros(_COPIED_BYTES, dtype=torch.uint8)
    target = torch.empty_like(source)
    product = min(_time(partial(torch.mm, matrix, matrix)) for _ in range(_PRODUCTS))
    copy = min(_time(partial(target.copy_, source)) for _ in range(_COPIES))
    return Peaks(2 * _MATRIX_SIDE**3 / product, 2 * _COPIED_BYTES / copy)


def _time(work: Callable[[], object]) -> float:
    start = time.thread_time()
    work()
    return time.thread_time() - start
