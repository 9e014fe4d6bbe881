"""How fast a folder is restored: on one core, on all of them, and beside another busy process."""

import hashlib
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, contextmanager, nullcontext
from dataclasses import dataclass
from itertools import cycle, islice
from multiprocessing import get_context
from pathlib import Path

import cv2
import numpy as np

from rr_tasks.benchmarks.memory import peak_mib
from rr_tasks.benchmarks.speed import Speed
from rr_tasks.cpu import default_workers
from rr_tasks.degrade.color import Bytes
from rr_tasks.degrade.mixture import COMBINATIONS, degrade, draw_severities
from rr_tasks.engine import Engine
from rr_tasks.photographs.listing import list_photographs
from rr_tasks.photographs.negative import open_photograph
from rr_tasks.photographs.pixels import Pixels
from rr_tasks.photographs.reading import read_photograph
from rr_tasks.reasoner.load import load_reasoner
from rr_tasks.restorer.load import load_restorer
from rr_tasks.storage.scratch import scratch_folder
from rr_tasks.threads import compute_in_threads
from rr_tasks.treatment.course import treat
from schemas.prior.current import DiagnosticPrior
from schemas.reasoner import EdgeReasonerChoice
from schemas.recipe import EDGE_DEFAULT
from schemas.restorer import EdgeRestorerChoice

_SIZES = ((1024, 768), (1280, 853), (800, 1200))
_PARTS = 4
_MAX_PIXELS = 10**9

Restore = Callable[[Path, Path], object]
"""Restores a folder into another, as `rr restore` does; a function of a module."""


@dataclass(frozen=True)
class Setting:
    """Where photographs are restored: on one core or on all, beside a busy process or not."""

    name: str
    one_core: bool = False
    beside_busy: bool = False


SETTINGS = (
    Setting("one core", one_core=True),
    Setting("all cores"),
    Setting("all cores, beside a busy process", beside_busy=True),
)


@dataclass(frozen=True)
class RestorationSpeeds:
    """The speed in each of `SETTINGS`, in megapixels, and that of the models alone on one core.

    `models_per_second` is in megapixels, without reading and writing. `judging_share` is the time
    of deciding what to undo and of judging the result, relative to that of the restorer.
    """

    settings: list[Speed]
    models_per_second: float
    judging_share: float


@dataclass(frozen=True)
class Part:
    """A folder of degraded photographs, and their megapixels."""

    folder: Path
    megapixels: float


@dataclass(frozen=True)
class _Restored:
    seconds: float
    peak_mib: float
    sha256: str


def measure_restoration(photographs: str, count: int, restore: Restore) -> RestorationSpeeds:
    """Restore `count` degraded JPEGs in four parts, each part in every setting in turn.

    Each setting has its own process. The settings take turns, so that other activity on the machine
    affects them all.

    Args:
        photographs: URL of a folder of clean photographs.
        count: how many degraded photographs to make from them, at least 4.
        restore: restores as users do.
    """
    with scratch_folder() as work, ExitStack() as stack:
        parts = _make_parts(photographs, count, work)
        pools = [stack.enter_context(_process(setting)) for setting in SETTINGS]
        found: list[list[_Restored]] = [[] for _ in SETTINGS]
        for part in parts:
            for setting, pool, restored in zip(SETTINGS, pools, found, strict=True):
                with _busy_process() if setting.beside_busy else nullcontext():
                    restored.append(pool.submit(_restore, part, restore).result())
        seconds, judging = pools[0].submit(_run_models, parts[-1]).result()
        workers = [pool.submit(default_workers).result() for pool in pools]
    pixels = sum(part.megapixels for part in parts[1:])
    speeds = [
        Speed(
            workers=count,
            amount=pixels,
            seconds=sum(one.seconds for one in restored[1:]),
            first_peak_mib=restored[0].peak_mib,
            last_peak_mib=restored[-1].peak_mib,
            sha256=tuple(one.sha256 for one in restored),
        )
        for count, restored in zip(workers, found, strict=True)
    ]
    return RestorationSpeeds(speeds, parts[-1].megapixels / seconds, judging)


@contextmanager
def _process(setting: Setting) -> Iterator[ProcessPoolExecutor]:
    begin = _use_one_core if setting.one_core else None
    with ProcessPoolExecutor(1, get_context("spawn"), begin) as pool:
        yield pool


def _use_one_core() -> None:
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})


@contextmanager
def _busy_process() -> Iterator[None]:
    """Run another process that takes a whole core if it can get one."""
    with subprocess.Popen([sys.executable, "-c", "while True: pass"]) as process:
        try:
            yield
        finally:
            process.kill()


def _restore(part: Part, restore: Restore) -> _Restored:
    with scratch_folder() as output:
        start = time.perf_counter()
        restore(part.folder, output)
        seconds = time.perf_counter() - start
        digest = hashlib.sha256()
        for path in sorted(output.glob("*.jpg")):
            digest.update(path.read_bytes())
    return _Restored(seconds, peak_mib(), digest.hexdigest())


class _TimedEngine(Engine):
    """Counts the seconds of its restorer."""

    seconds = 0.0

    def restore(self, pixels: Pixels, prior: DiagnosticPrior) -> Pixels:
        start = time.perf_counter()
        restored = super().restore(pixels, prior)
        self.seconds += time.perf_counter() - start
        return restored


def _run_models(part: Part) -> tuple[float, float]:
    """Time diagnosing and restoring in this thread, without decoding and encoding.

    Returns:
        The seconds, and the share of judging: see `RestorationSpeeds`.
    """
    compute_in_threads(1)
    engine = _TimedEngine(load_reasoner(EdgeReasonerChoice()), load_restorer(EdgeRestorerChoice()))
    diagnosing = treating = 0.0
    for path in sorted(part.folder.iterdir()):
        pixels = open_photograph(path.read_bytes(), _MAX_PIXELS).develop().pixels
        start = time.perf_counter()
        prior = engine.diagnose(pixels)
        diagnosed = time.perf_counter()
        treat(pixels, prior, engine)
        diagnosing += diagnosed - start
        treating += time.perf_counter() - diagnosed
    return diagnosing + treating, (treating - engine.seconds) / engine.seconds


def _make_parts(photographs: str, count: int, work: Path) -> list[Part]:
    variants = _degrade(photographs)
    folders = [work / f"part-{part}" for part in range(_PARTS)]
    return [Part(folder, _write(folder, islice(variants, count // _PARTS))) for folder in folders]


def _degrade(photographs: str) -> Iterator[Bytes]:
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
