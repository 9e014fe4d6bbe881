"""How busy restoring a folder keeps the model, and whether memory grows with the folder."""

import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path

import cv2
import numpy as np
from torch import nn

from rr_tasks.benchmarks.memory import peak_mib
from rr_tasks.degrade.color import Bytes
from rr_tasks.degrade.mixture import COMBINATIONS, degrade, draw_severities
from rr_tasks.photographs.listing import list_photographs
from rr_tasks.photographs.photograph import open_photograph
from rr_tasks.photographs.reading import read_photograph
from rr_tasks.reasoner.edge import EdgeReasoner
from rr_tasks.restorer.load import load_restorer
from rr_tasks.restorer.treatment import treatment
from schemas.recipe import EDGE_DEFAULT

_SIZES = ((1024, 768), (1280, 853), (800, 1200))
_PARTS = 4
_MAX_PIXELS = 10**9


@dataclass(frozen=True)
class RestorationSpeed:
    """Seconds and megapixels of one part of the benchmark, and peak memory after it."""

    photographs: int
    megapixels: float
    bare_seconds: float
    whole_seconds: float
    peak_mib: float

    @property
    def share(self) -> float:
        """End-to-end speed relative to the bare forwards."""
        return self.bare_seconds / self.whole_seconds


def measure_restoration(
    photographs: str, count: int, work: Path, restore: Callable[[Path, Path], object]
) -> Iterator[RestorationSpeed]:
    """Restore `count` degraded JPEGs in four parts, each beside its bare forwards.

    The bare time is that inside the two networks alone, on the same tiles: no decoding, no
    tiling, no joining, no encoding.

    Args:
        photographs: URL of a folder of clean photographs.
        count: how many degraded photographs to make of them.
        work: scratch folder.
        restore: restores a folder into another as users do.
    """
    reasoner, restorer = EdgeReasoner.load(), load_restorer(None)
    forwards = _Stopwatch(reasoner.network, restorer.restorer.trainable())
    variants = _degraded(photographs)
    for part in range(_PARTS):
        folder = work / f"part-{part}"
        made = _write(folder, islice(variants, count // _PARTS))
        forwards.seconds = 0.0
        for path in sorted(folder.iterdir()):
            pixels = open_photograph(path.read_bytes(), _MAX_PIXELS).develop().pixels
            wanted = treatment(reasoner.diagnose(pixels))
            if wanted is not None:  # otherwise `rr restore` copies the file
                restorer.restore(pixels, wanted)
        start = time.perf_counter()
        restore(folder, work / f"restored-{part}")
        whole = time.perf_counter() - start
        peak = peak_mib()
        yield RestorationSpeed(count // _PARTS, made, forwards.seconds, whole, peak)
        shutil.rmtree(folder)
        shutil.rmtree(work / f"restored-{part}")


def _degraded(photographs: str) -> Iterator[Bytes]:
    rng = np.random.default_rng(0)
    urls, mixtures, sizes = list_photographs(photographs), cycle(COMBINATIONS), cycle(_SIZES)
    for url, mixture, size in zip(cycle(urls), mixtures, sizes, strict=False):
        clean = np.asarray(cv2.resize(read_photograph(url), size, interpolation=cv2.INTER_AREA))
        severities = draw_severities(mixture, EDGE_DEFAULT, rng)
        yield degrade(clean.astype(np.uint8), severities, EDGE_DEFAULT, rng).image


def _write(folder: Path, images: Iterator[Bytes]) -> float:
    folder.mkdir(parents=True)
    pixels = 0
    for number, image in enumerate(images):
        bgr = cv2.cvtColor(image, cv2.COLOR_RGB2BGR)
        cv2.imwrite(str(folder / f"{number:05d}.jpg"), bgr, [cv2.IMWRITE_JPEG_QUALITY, 92])
        pixels += image.shape[0] * image.shape[1]
    return pixels / 1e6


class _Stopwatch:
    """Adds up the time spent inside networks."""

    def __init__(self, *networks: nn.Module) -> None:
        self.seconds = self._start = 0.0
        for network in networks:
            network.register_forward_pre_hook(self._begin)
            network.register_forward_hook(self._end)

    def _begin(self, *_: object) -> None:
        self._start = time.perf_counter()

    def _end(self, *_: object) -> None:
        self.seconds += time.perf_counter() - self._start
