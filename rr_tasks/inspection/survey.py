"""Surveys a data set without opening its tars."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

import polars as pl

from rr_tasks.shards.reader import NoShardsError, done_shards, sidecar_url
from rr_tasks.shards.spec import read_spec
from rr_tasks.storage.tables import query_tables
from schemas.inspection import SEVERITY_BINS, Extent, Inspection
from schemas.prior.current import DEGRADATIONS, DegradationName
from schemas.shard import (
    BesideSpec,
    DescriptionSpec,
    DoneMarker,
    IngestSpec,
    Spec,
    SynthesisSpec,
    shard_count,
    spec_hash,
)

_Version = TypeVar("_Version", int, str)

SHOWN_REASONS = 20
SHOWN_MISSING = 20

_NUMBERS = ("rows", "least_width", "most_width", "least_height", "most_height")
_GROUP: dict[str, type[pl.DataType]] = {
    "status": pl.String,
    "error": pl.String,
    **{str(name): pl.Int8 for name in DEGRADATIONS},
    **dict.fromkeys(_NUMBERS, pl.Int64),
}


def inspect(folder: str) -> Inspection:
    """Survey a data set or a set of annotations; it may be unfinished.

    Raises:
        NoShardsError: the folder is missing or contains neither of them.
        OtherDataSetError: its spec is damaged or of another kind.
        DamagedMarkerError, DamagedTableError: a file cannot be read; the message names it.
    """
    spec = read_spec(folder)
    markers = _finished_markers(folder)
    groups = _groups(folder, markers)
    good = groups.filter(pl.col("status") == "ok")
    samples = sum(marker.samples for marker in markers)
    total_bytes = sum(marker.size_bytes for marker in markers)
    expected = None if isinstance(spec, BesideSpec) else shard_count(spec)
    return Inspection(
        url=folder,
        spec=spec,
        spec_hash=spec_hash(spec),
        finished_shards=len(markers),
        expected_shards=expected,
        missing_shards=_missing_shards(markers, expected or 0),
        samples=samples,
        failures=sum(marker.failures for marker in markers),
        failure_reasons=_reasons(groups),
        schema_versions=_count(marker.schema_version for marker in markers),
        code_versions=_count(marker.code_version for marker in markers),
        mixtures=_mixtures(good),
        severities={name: _histogram(good, name) for name in DEGRADATIONS},
        total_bytes=total_bytes,
        mean_sample_bytes=total_bytes // max(samples, 1),
        width=_extent(good, "width"),
        height=_extent(good, "height"),
        last_finished_at=max((marker.finished_at for marker in markers), default=None),
    )


def _finished_markers(folder: str) -> list[DoneMarker]:
    try:
        return done_shards(folder)
    except NoShardsError:  # the spec exists, so the first shard is still being made
        return []


def _groups(folder: str, markers: Sequence[DoneMarker]) -> pl.DataFrame:
    """Count all rows once, by outcome and by the severity bin of each degradation."""
    if not markers:
        return pl.DataFrame(schema=_GROUP)
    bins = [_bin(name) for name in DEGRADATIONS]
    rows, sides = pl.len().alias("rows"), pl.col("width", "height")
    extents = sides.min().name.prefix("least_"), sides.max().name.prefix("most_")
    return query_tables(
        [sidecar_url(folder, marker.shard) for marker in markers],
        lambda table: table.group_by("status", "error", *bins).agg(rows, *extents),
    )


def _bin(name: DegradationName) -> pl.Expr:
    """Bin a severity, 0 to 9; null where the degradation is absent."""
    severity = pl.col(name)
    place = (severity * SEVERITY_BINS / 100.0).floor().clip(0, SEVERITY_BINS - 1)
    return pl.when(severity > 0).then(place.cast(pl.Int8)).alias(name)


def _histogram(groups: pl.DataFrame, name: DegradationName) -> tuple[int, ...]:
    counts = dict(groups.group_by(name).agg(pl.col("rows").sum()).iter_rows())
    return tuple(counts.get(place, 0) for place in range(SEVERITY_BINS))


def _mixtures(groups: pl.DataFrame) -> dict[str, int]:
    """Count samples by mixture: clean first, then singles, pairs and so on."""
    present = [pl.when(pl.col(name).is_not_null()).then(pl.lit(name)) for name in DEGRADATIONS]
    named = groups.select("rows", mixture=pl.concat_str(present, separator="+", ignore_nulls=True))
    counts = dict(named.group_by("mixture").agg(pl.col("rows").sum()).iter_rows())
    order = sorted(counts, key=lambda mixture: (bool(mixture), mixture.count("+"), mixture))
    return {mixture or "clean": counts[mixture] for mixture in order}


def _reasons(groups: pl.DataFrame) -> dict[str, int]:
    failed = groups.filter(pl.col("status") == "failed")
    counted = failed.group_by(pl.col("error").fill_null("unknown")).agg(pl.col("rows").sum())
    ordered = counted.sort("rows", "error", descending=[True, False])
    return dict(ordered.head(SHOWN_REASONS).iter_rows())


def _missing_shards(markers: Sequence[DoneMarker], expected: int) -> tuple[int, ...]:
    missing = set(range(expected)) - {marker.shard for marker in markers}
    return tuple(sorted(missing)[:SHOWN_MISSING])


def _count(versions: Iterable[_Version]) -> dict[_Version, int]:
    return dict(sorted(Counter(versions).items()))


def _extent(groups: pl.DataFrame, side: str) -> Extent | None:
    least: Any = groups[f"least_{side}"].min()
    most: Any = groups[f"most_{side}"].max()
    return None if least is None else Extent(least=least, most=most)


def title(spec: Spec) -> str:
    """Name the contents of a folder in a few words."""
    if isinstance(spec, SynthesisSpec):
        return f"Data set of the recipe {spec.recipe.name}"
    if isinstance(spec, IngestSpec):
        return f"Data set of pairs laid out like {spec.layout}"
    if isinstance(spec, DescriptionSpec):
        return f"Truths with scenes by {spec.teacher.label}"
    return f"Annotations by the {spec.reasoner.kind} reasoner"
