"""The result of `rr inspect` for a data set or a set of annotations."""

from typing import Annotated

from pydantic import Field

from schemas.base import Strict
from schemas.prior.current import DegradationName
from schemas.shard import Spec, SpecHash

SEVERITY_BINS = 10
"""Bins of a severity histogram, each ten points wide; the last includes 100."""

Count = Annotated[int, Field(ge=0)]
Histogram = Annotated[tuple[Count, ...], Field(min_length=SEVERITY_BINS, max_length=SEVERITY_BINS)]


class Extent(Strict):
    """The smallest and the largest value, in pixels."""

    least: int
    most: int


class Inspection(Strict):
    """A data set at a glance, from its spec, done markers and sidecars.

    `expected_shards` and `missing_shards` are known for data sets but not for annotations; only the
    first few missing ones are listed. `schema_versions` and `code_versions` count shards.
    `mixtures` counts samples by their degradations (`clean`, `haze`, `haze+rain`); `severities`
    counts those with a degradation by severity, in ten bins. `failure_reasons` lists the most
    frequent ones. Sizes are those of the tars, in bytes.
    """

    url: str
    spec: Annotated[Spec, Field(discriminator="kind")]
    spec_hash: SpecHash
    finished_shards: Count
    expected_shards: Count | None
    missing_shards: tuple[Count, ...]
    samples: Count
    failures: Count
    failure_reasons: dict[str, Count]
    schema_versions: dict[int, Count]
    code_versions: dict[str, Count]
    mixtures: dict[str, Count]
    severities: dict[DegradationName, Histogram]
    total_bytes: Count
    mean_sample_bytes: Count
    width: Extent | None
    height: Extent | None
    last_finished_at: str | None
