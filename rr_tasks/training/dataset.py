"""Makes sure from the done markers that a data set and its annotations are complete."""

from collections.abc import Sequence

import polars as pl

from rr_tasks.plural import say_count
from rr_tasks.shards.reader import NoShardsError, done_shards, marker_url, sidecar_url
from rr_tasks.shards.spec import read_data_spec
from rr_tasks.storage.tables import read_tables
from schemas.errors import ExpectedError
from schemas.prior.migrations import check_version
from schemas.shard import DoneMarker, shard_count


class UnfinishedDataSetError(ExpectedError, ValueError):
    """Some shards of a data set have not been made."""


class UnknownTruthError(ExpectedError, ValueError):
    """Nobody knows what the photographs of a data set looked like."""


class MissingDiagnosesError(ExpectedError, ValueError):
    """Annotations do not cover the data set."""


def check_dataset(folder: str) -> list[DoneMarker]:
    """Return the markers of all shards of a data set, by number.

    Raises:
        NoShardsError: there is no data set.
        OtherDataSetError: the folder is not a data set.
        UnfinishedDataSetError: the spec has more shards than are done.
        UnknownPriorVersionError: its priors are newer than this release.
    """
    markers = done_shards(folder)
    wanted = shard_count(read_data_spec(folder))
    missing = sorted(set(range(wanted)) - {marker.shard for marker in markers})
    if missing:
        raise UnfinishedDataSetError(
            f"{folder} lacks {len(missing)} of {say_count(wanted, 'shard')}, {missing[0]:05d} "
            "first; run the command that made the others again as before to make them"
        )
    return markers


def check_pairs(folder: str) -> list[DoneMarker]:
    """Check a data set as `check_dataset` does, which must also know what its photographs show.

    Raises:
        UnknownTruthError: they were ingested alone.
    """
    spec = read_data_spec(folder)
    if spec.kind == "ingest" and spec.layout == "photographs":
        raise UnknownTruthError(
            f"{folder} holds photographs whose truth is unknown, from which only a reasoner can "
            "learn; synthesize degraded photographs, or ingest pairs"
        )
    return check_dataset(folder)


def check_diagnosed(
    shards: str, markers: Sequence[DoneMarker], annotations: str
) -> list[DoneMarker]:
    """Make sure that every sample was diagnosed; failed diagnoses count.

    Returns:
        The markers of the annotations, by number.

    Raises:
        MissingDiagnosesError: some are missing.
        UnknownPriorVersionError: some are newer than this release.
    """
    try:
        diagnosed = done_shards(annotations)
    except NoShardsError:
        diagnosed = []
    for marker in diagnosed:
        check_version(marker.schema_version, marker_url(annotations, marker.shard))
    held = {marker.shard: marker.samples + marker.failures for marker in diagnosed}
    lacking = [marker for marker in markers if held.get(marker.shard, 0) < marker.samples]
    if lacking:
        shard = lacking[0].shard
        known = set(_rows(annotations, shard)["key"]) if shard in held else set()
        first = min(set(_rows(shards, shard).filter(status="ok")["key"]) - known)
        count = sum(marker.samples - held.get(marker.shard, 0) for marker in lacking)
        advice = f"delete {marker_url(annotations, shard)} and " if shard in held else ""
        raise MissingDiagnosesError(
            f"{annotations} lacks {say_count(count, 'sample')} of {shards}, {first} first; "
            f"{advice}run `rr annotate` again"
        )
    return diagnosed


def _rows(folder: str, shard: int) -> pl.DataFrame:
    (rows,) = read_tables([sidecar_url(folder, shard)])
    return rows
