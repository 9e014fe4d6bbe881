"""Rewrites the priors of finished shards in the current version, in a new folder."""

from collections.abc import Iterator

from rr_tasks.shards.outcomes import Lost, read_outcomes
from rr_tasks.shards.spec import open_folder, read_spec
from rr_tasks.shards.writer import Outcome, write_shard
from schemas.prior.current import CURRENT_VERSION
from schemas.prior.migrations import check_version, load_prior
from schemas.shard import DoneMarker, Spec, migrate_spec, spec_hash


def plan_migration(folder: str) -> Spec | None:
    """Return the spec of the rewritten data set, or None if the folder is current already.

    Raises:
        NoShardsError: the folder contains no data set.
        UnknownPriorVersionError: its priors are newer than this release.
    """
    spec = read_spec(folder)
    check_version(spec.schema_version, folder)
    return None if spec.schema_version == CURRENT_VERSION else migrate_spec(spec)


def open_migrated(root: str, spec: Spec) -> str:
    """Record the spec in the new data set's folder below `root`, and return the folder."""
    return open_folder(root, spec)


def migrate_shard(source: str, folder: str, spec: Spec, shard: int) -> DoneMarker:
    """Rewrite one shard, or return its marker if it is finished.

    Everything but `prior.json` is copied byte for byte, rows of failures included. A sample that
    cannot be read becomes a failed row.

    Raises:
        ShardDamagedError, StorageError: see `rr_tasks.shards.outcomes.read_outcomes`.
        UnknownPriorVersionError: a prior is newer than this release.
    """
    return write_shard(
        folder, shard, spec_hash(spec), spec.schema_version, _outcomes(source, shard)
    )


def _outcomes(source: str, shard: int) -> Iterator[Outcome]:
    for row, sample in read_outcomes(source, shard, {"prior.json": load_prior}):
        if sample is None:
            yield row, None
        elif isinstance(sample, Lost):
            yield sample.fail(row), None
        else:
            files = {name: sample[name] for name in sample if not name.startswith("__")}
            yield row, {**files, "prior.json": sample["prior.json"].model_dump_json()}
