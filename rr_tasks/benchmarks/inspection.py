"""How long it takes to survey a large data set."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import polars as pl

from rr_tasks.benchmarks.memory import peak_mib
from rr_tasks.inspection.survey import inspect
from rr_tasks.shards.reader import marker_url, sidecar_url
from rr_tasks.shards.writer import sample_key
from rr_tasks.storage.files import join, publish_bytes, publish_when_written
from schemas.prior.current import CURRENT_VERSION, DEGRADATIONS
from schemas.recipe import EDGE_DEFAULT
from schemas.shard import DoneMarker, SynthesisSpec, shard_count, spec_hash

_SIDE = 512
_SAMPLE_BYTES = 950_000
_FAILED_SHARE = 0.01


@dataclass(frozen=True)
class InspectionSpeed:
    """Rows and shards surveyed, the seconds taken, and peak memory in MiB."""

    rows: int
    shards: int
    seconds: float
    peak_mib: float


def make_sidecars(folder: str, samples: int, shard_size: int) -> None:
    """Write the spec, markers and sidecars of a made-up data set; there are no tars.

    Args:
        folder: URL of a folder that receives them.
        samples: rows in all, about a hundredth of them failures.
        shard_size: rows in a sidecar.
    """
    spec = SynthesisSpec(
        recipe=EDGE_DEFAULT,
        seed=0,
        samples=samples,
        shard_size=shard_size,
        inputs_sha256="0" * 64,
    )
    publish_bytes(spec.model_dump_json().encode(), join(folder, "spec.json"))
    for shard in range(shard_count(spec)):
        rows = _rows(shard, min(shard_size, samples - shard * shard_size))
        failures = rows.filter(pl.col("status") == "failed").height
        marker = DoneMarker(
            shard=shard,
            samples=rows.height - failures,
            failures=failures,
            size_bytes=(rows.height - failures) * _SAMPLE_BYTES,
            sha256="0" * 64,
            spec_hash=spec_hash(spec),
            schema_version=CURRENT_VERSION,
            code_version="benchmark",
            finished_at=datetime.now(UTC).isoformat(timespec="seconds"),
        )
        with publish_when_written(sidecar_url(folder, shard)) as sidecar:
            rows.write_parquet(sidecar)
        publish_bytes(marker.model_dump_json(indent=2).encode(), marker_url(folder, shard))


def measure_inspection(folder: str) -> InspectionSpeed:
    """Survey a data set once, as `rr inspect` does."""
    start = time.perf_counter()
    found = inspect(folder)
    seconds = time.perf_counter() - start
    peak = peak_mib()
    return InspectionSpeed(found.samples + found.failures, found.finished_shards, seconds, peak)


def _rows(shard: int, count: int) -> pl.DataFrame:
    rng = np.random.default_rng(shard)
    severities = rng.uniform(10.0, 100.0, (len(DEGRADATIONS), count))
    severities[rng.random(severities.shape) < 0.5] = 0.0
    rows = pl.DataFrame(
        {
            "key": [sample_key(shard, index) for index in range(count)],
            "source": [f"{number:06d}.jpg" for number in rng.integers(100_000, size=count)],
            "status": np.where(rng.random(count) < _FAILED_SHARE, "failed", "ok"),
            "error": ["not a readable image"] * count,
            "width": np.full(count, _SIDE),
            "height": np.full(count, _SIDE),
            **dict(zip(DEGRADATIONS, severities, strict=True)),
        }
    )
    failed = pl.col("status") == "failed"
    return rows.with_columns(
        pl.when(failed).then("error"),
        pl.when(~failed).then(pl.col("width", "height", *DEGRADATIONS)),
    )
