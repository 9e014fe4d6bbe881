"""How fast synthesis is: without encoding, relative to encoding alone, and by worker count."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from rr_tasks.benchmarks.memory import peak_mib
from rr_tasks.benchmarks.speed import Speed
from rr_tasks.degrade.mixture import COMBINATIONS, degrade, draw_severities
from rr_tasks.degrade.square import Square, cut
from rr_tasks.degrade.synthesis import plan_synthesis, synthesize_shard
from rr_tasks.photographs.listing import Photographs, list_photographs
from rr_tasks.photographs.reading import read_photograph
from rr_tasks.shards.png import decode_png, encode_png
from rr_tasks.shards.reader import done_shards
from rr_tasks.shards.spec import open_dataset
from rr_tasks.shards.stream import read_samples
from rr_tasks.storage.scratch import scratch_folder
from rr_tasks.threads import compute_in_threads
from schemas.recipe import EDGE_DEFAULT
from schemas.shard import SynthesisSpec

# As for training, where each photograph that is decoded serves several neighbouring samples.
_SAMPLES = 1_000_000
_SIDE = 512
_PARTS = 4

MakeShards = Callable[[str, SynthesisSpec, str, Sequence[int], int], object]
"""Makes shards of a folder with a number of workers, as `rr synthesize` does."""


@dataclass(frozen=True)
class SynthesisSpeed:
    """Seconds that one thread takes for some shards, and for encoding their images alone."""

    samples: int
    whole_seconds: float
    encoding_seconds: float

    @property
    def ratio(self) -> float:
        """Time of synthesis relative to encoding alone."""
        return self.whole_seconds / self.encoding_seconds


def measure_degradation(photographs: str, count: int) -> float:
    """Count the images of 512 x 512 that one thread degrades in all four ways per second."""
    compute_in_threads(1)
    rng = np.random.default_rng(0)
    seconds = 0.0
    urls = list_photographs(photographs)
    for number in range(-1, count):  # the first one warms up
        photograph = read_photograph(urls[number % len(urls)])
        square = Square(0, 0, min(photograph.shape[:2]), _SIDE)
        clean = cut(photograph, square, EDGE_DEFAULT)
        severities = draw_severities(COMBINATIONS[-1], EDGE_DEFAULT, rng)
        start = time.perf_counter()
        degrade(clean, severities, EDGE_DEFAULT, rng)
        seconds += time.perf_counter() - start if number >= 0 else 0.0
    return count / seconds


def measure_synthesis(photographs: str, samples: int) -> SynthesisSpeed:
    """Make shards of a large data set, and encode the images of each again.

    Making covers everything from the files of photographs to the published shard. One more shard
    warms up.

    Args:
        photographs: URL of a folder of clean photographs.
        samples: samples in each of the four shards.
    """
    compute_in_threads(1)
    spec, found = _large(photographs, samples)
    whole = encoding = 0.0
    with scratch_folder() as root:
        folder = open_dataset(str(root), spec, found)
        synthesize_shard(folder, spec, photographs, _PARTS)
        for shard in range(_PARTS):
            start = time.perf_counter()
            synthesize_shard(folder, spec, photographs, shard)
            whole += time.perf_counter() - start
            encoding += _encoding_seconds(folder, shard)
    return SynthesisSpeed(_PARTS * samples, whole, encoding)


def _encoding_seconds(folder: str, shard: int) -> float:
    seconds = 0.0
    for sample in read_samples(folder, shard):
        images = [decode_png(sample[name]) for name in ("clean.png", "degraded.png")]
        start = time.perf_counter()
        for image in images:
            encode_png(image)
        seconds += time.perf_counter() - start
    return seconds


def measure_workers(photographs: str, samples: int, workers: int, make: MakeShards) -> Speed:
    """Let each worker make as many samples in four shards, and time the last three.

    Args:
        photographs: URL of a folder of clean photographs.
        samples: samples for each worker.
        workers: how many workers make shards at the same time.
        make: makes shards as users do.
    """
    spec, found = _large(photographs, samples // _PARTS)
    with scratch_folder() as root:
        folder = open_dataset(str(root), spec, found)
        make(folder, spec, photographs, range(workers), workers)
        first_peak = peak_mib()
        start = time.perf_counter()
        make(folder, spec, photographs, range(workers, _PARTS * workers), workers)
        seconds = time.perf_counter() - start
        digests = tuple(marker.sha256 for marker in done_shards(folder)[:_PARTS])
    timed = (_PARTS - 1) * workers * spec.shard_size
    return Speed(workers, timed, seconds, first_peak, peak_mib(), digests)


def _large(photographs: str, shard_size: int) -> tuple[SynthesisSpec, Photographs]:
    spec, found = plan_synthesis(photographs, EDGE_DEFAULT, 0, None, shard_size)
    return spec.model_copy(update={"samples": _SAMPLES}), found
