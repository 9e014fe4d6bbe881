"""Compares the priors of one shard in older and newer annotations, sample by sample."""

from collections.abc import Mapping
from typing import Any

import polars as pl

from rr_tasks.priors import without_maps
from rr_tasks.shards.outcomes import Lost, read_good_rows
from rr_tasks.storage.files import exists, join
from rr_tasks.storage.tables import publish_table
from schemas.prior.current import DEGRADATIONS, DiagnosticPrior
from schemas.prior.migrations import load_prior
from schemas.shard import AnnotationSpec, spec_hash

COMPARISON_VERSION = 2
"""Counts changes of the code that alter the rows of the same two annotations."""

COLUMNS: Mapping[str, type[pl.DataType]] = {
    "key": pl.String,
    "equal": pl.Boolean,
    "maps_only": pl.Boolean,
    "order_changed": pl.Boolean,
    "reordered": pl.Boolean,
    **{f"{side}_{name}": pl.Float64 for name in DEGRADATIONS for side in ("old", "new")},
}
"""A row for each sample; `old_X` and `new_X` are severities, 0 where X is absent.

`equal`: the same JSON apart from the provenance, after migration to the current schema version.
`maps_only`: it differs, but only in maps, that is, in where and not in what or how much.
`order_changed`: the orders of treatment differ. `reordered`: so does the order of what both list.
Where only one side has a diagnosis, these four and the severities of the other side are null.
"""


def comparison_folder(root: str, old: AnnotationSpec, new: AnnotationSpec) -> str:
    """Return the folder below `root` for the comparison of two sets of annotations."""
    name = f"comparison-v{COMPARISON_VERSION}-{spec_hash(old)}-{spec_hash(new)}"
    return join(root, name)


def compare_shard(old: str, new: str, folder: str, shard: int) -> str:
    """Compare a shard that is finished in two folders of annotations.

    A diagnosis that cannot be read counts as none.

    Returns:
        URL of a parquet file with the rows of `compare`; an existing file is kept.

    Raises:
        ShardDamagedError, StorageError: see `rr_tasks.shards.outcomes.read_outcomes`.
        UnknownPriorVersionError: a prior is from a newer release.
    """
    url = join(folder, f"{shard:05d}.parquet")
    if not exists(url):
        publish_table(compare(_read(old, shard), _read(new, shard)), url)
    return url


def compare(old: Mapping[str, DiagnosticPrior], new: Mapping[str, DiagnosticPrior]) -> pl.DataFrame:
    """Compare priors by key; `COLUMNS` describes the rows."""
    rows = [_row(key, old.get(key), new.get(key)) for key in sorted(old.keys() | new.keys())]
    return pl.DataFrame(rows, schema=COLUMNS)


def _row(key: str, old: DiagnosticPrior | None, new: DiagnosticPrior | None) -> dict[str, Any]:
    return {
        "key": key,
        **(_changes(old, new) if old and new else {}),
        **_severities("old", old),
        **_severities("new", new),
    }


def _changes(old: DiagnosticPrior, new: DiagnosticPrior) -> dict[str, bool]:
    both = set(old.order) & set(new.order)
    equal = _content(old) == _content(new)
    return {
        "equal": equal,
        "maps_only": not equal and _content(without_maps(old)) == _content(without_maps(new)),
        "order_changed": old.order != new.order,
        "reordered": [x for x in old.order if x in both] != [x for x in new.order if x in both],
    }


def _content(prior: DiagnosticPrior) -> str:
    return prior.model_dump_json(exclude={"provenance"})


def _severities(side: str, prior: DiagnosticPrior | None) -> dict[str, float]:
    return {f"{side}_{name}": getattr(prior, name).severity for name in DEGRADATIONS if prior}


def _read(folder: str, shard: int) -> dict[str, DiagnosticPrior]:
    found = read_good_rows(folder, shard, {"prior.json": load_prior})
    return {row.key: sample["prior.json"] for row, sample in found if not isinstance(sample, Lost)}
