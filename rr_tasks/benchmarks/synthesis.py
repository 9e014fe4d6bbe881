"""How long synthesis takes beside merely encoding what it makes."""

import tempfile
import time
from dataclasses import dataclass

import cv2

from rr_tasks.degrade.synthesis import (
    open_dataset,
    plan_synthesis,
    synthesize_shard,
)
from rr_tasks.shards.png import decode_png, encode_png
from rr_tasks.shards.stream import read_samples
from schemas.recipe import EDGE_DEFAULT

_SAMPLES_PER_PHOTOGRAPH = 32


@dataclass(frozen=True)
class SynthesisSpeed:
    """Seconds of one thread for a shard, and for encoding its images alone."""

    samples: int
    whole_seconds: float
    encoding_seconds: float

    @property
    def ratio(self) -> float:
        """Time of synthesis relative to encoding alone."""
        return self.whole_seconds / self.encoding_seconds


def measure_synthesis(photographs: str, samples: int) -> SynthesisSpeed:
    """Make the first shard of a large data set, then encode its images again.

    Making is everything from files of photographs to the published shard; the data set is as large
    as one for training, so that each photograph serves many samples.
    """
    spec, urls = plan_synthesis(photographs, EDGE_DEFAULT, 0, None, samples)
    spec = spec.model_copy(update={"samples": _SAMPLES_PER_PHOTOGRAPH * len(urls)})
    cv2.setNumThreads(1)
    with tempfile.TemporaryDirectory(prefix="rr-bench-") as root:
        folder = open_dataset(root, spec)
        start = time.perf_counter()
        synthesize_shard(folder, spec, urls, 0)
        whole = time.perf_counter() - start
        encoding = 0.0
        for sample in read_samples(folder, 0):
            images = [decode_png(sample[name]) for name in ("clean.png", "degraded.png")]
            start = time.perf_counter()
            for image in images:
                encode_png(image)
            encoding += time.perf_counter() - start
    return SynthesisSpeed(samples, whole, encoding)
