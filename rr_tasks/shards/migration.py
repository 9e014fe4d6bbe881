"""Rewrites the priors of finished shards to the current version, in a folder of its own."""

from collections.abc import Iterator

import polars as pl

from rr_tasks.shards.reader import read_samples, sidecar_url
from rr_tasks.shards.spec import read_spec
from rr_tasks.shards.writer import Outcome, write_shard
from rr_tasks.storage.files import join, publish_bytes, read_bytes
from rr_tasks.storage.leftovers import remove_leftovers
from schemas.errors import ExpectedError
from schemas.prior.current import CURRENT_VERSION
from schemas.prior.migrations import UnknownPriorVersionError, load_prior
from schemas.shard import DoneMarker, SampleRow, Spec, folder_name, migrated, spec_hash


class UnmigratableShardError(ExpectedError, ValueError):
    """A shard holds a prior that this release cannot bring up."""


def plan_migration(folder: str) -> Spec | None:
    """The spec of the rewritten data set; None where the folder is current already.

    Raises:
        NoShardsError: no data set in the folder.
        UnknownPriorVersionError: its priors are newer than this release.
    """
    spec = read_spec(folder)
    if spec.schema_version > CURRENT_VERSION:
        raise UnknownPriorVersionError(
            f"{folder}: its diagnostic priors have version {spec.schema_version}, this release "
            f"knows versions up to {CURRENT_VERSION}; upgrade reason-and-restore"
        )
    return None if spec.schema_version == CURRENT_VERSION else migrated(spec)


def open_migrated(root: str, spec: Spec) -> str:
    """Write down the spec in the new data set's folder below `root` and return the folder."""
    folder = join(root, folder_name(spec))
    publish_bytes(spec.model_dump_json(indent=2).encode(), join(folder, "spec.json"))
    remove_leftovers(folder)
    return folder


def migrate_shard(source: str, folder: str, spec: Spec, shard: int) -> DoneMarker:
    """Rewrite one shard, or return its marker if it is finished.

    Everything but `prior.json` is copied byte for byte, rows of failures included.

    Raises:
        UnmigratableShardError: a prior is damaged or of an unknown version.
    """
    return write_shard(
        folder, shard, spec_hash(spec), spec.schema_version, _outcomes(source, shard)
    )


def _outcomes(source: str, shard: int) -> Iterator[Outcome]:
    samples = read_samples(source, shard)
    rows = pl.read_parquet(read_bytes(sidecar_url(source, shard)))
    for row in map(SampleRow.model_validate, rows.iter_rows(named=True)):
        if row.status == "failed":
            yield row, None
            continue
        sample = next(samples)
        files = {name: sample[name] for name in sample if not name.startswith("__")}
        try:
            files["prior.json"] = load_prior(files["prior.json"]).model_dump_json()
        except ValueError as error:
            raise UnmigratableShardError(
                f"{source}: shard {shard:05d}, sample {row.key}: {error}"
            ) from error
        yield row, files
