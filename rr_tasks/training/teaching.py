"""Distillation: what a larger restorer makes of a data set, for a smaller one to learn from."""

from collections.abc import Iterator
from typing import NamedTuple

import cv2
import numpy as np

from rr_tasks.photographs.pixels import Bytes
from rr_tasks.restorer.photograph import PhotographRestorer
from rr_tasks.shards.outcomes import Decoders, Lost, read_good_rows
from rr_tasks.shards.png import decode_png, encode_png
from rr_tasks.shards.stream import Sample, unpack
from rr_tasks.shards.writer import Outcome, write_shard
from schemas.prior.migrations import load_prior
from schemas.shard import DoneMarker, spec_hash
from schemas.training import TeachingSpec

TAUGHT = "taught.png"
"""The file of a sample: the degraded photograph as the teacher restores it."""

_SAMPLE: Decoders = {"degraded.png": decode_png, "prior.json": load_prior}


class Lessons(NamedTuple):
    """The URL of a teacher's restorations, and how much they count beside the truth, 0-1."""

    folder: str
    share: float


def teach_shard(
    teacher: PhotographRestorer, folder: str, spec: TeachingSpec, shards: str, shard: int
) -> DoneMarker:
    """Let a teacher restore the samples of a shard, or return the marker if that is done.

    It is told the true diagnoses.

    Raises:
        HeldError: another process is at it.
        ShardDamagedError, StorageError: see `rr_tasks.shards.outcomes.read_outcomes`.
    """
    outcomes = _restore(teacher, shards, shard)
    return write_shard(folder, shard, spec_hash(spec), spec.schema_version, outcomes)


def mix_in(clean: Bytes, sample: Sample, share: float) -> Bytes:
    """Return what to learn: the truth, mixed with what the teacher made of the sample.

    For a squared error, to learn the mixture is to learn both, each by its share.
    """
    taught = unpack(sample, TAUGHT, decode_png)
    return np.asarray(cv2.addWeighted(clean, 1 - share, taught, share, 0), np.uint8)


def _restore(teacher: PhotographRestorer, shards: str, shard: int) -> Iterator[Outcome]:
    for row, found in read_good_rows(shards, shard, _SAMPLE):
        if isinstance(found, Lost):
            yield found.fail(row), None
            continue
        restored = teacher.restore(found["degraded.png"], found["prior.json"])
        yield row, {TAUGHT: encode_png(np.asarray(restored, np.uint8))}
