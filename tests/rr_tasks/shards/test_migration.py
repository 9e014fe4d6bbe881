import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from rr_tasks.reasoner.annotation import check_belongs
from rr_tasks.shards.migration import (
    migrate_shard,
    open_migrated,
    plan_migration,
)
from rr_tasks.shards.reader import OtherDataSetError
from rr_tasks.shards.spec import read_data_spec
from rr_tasks.shards.stream import read_samples
from rr_tasks.shards.writer import write_shard
from schemas.prior.current import CURRENT_VERSION
from schemas.prior.migrations import UnknownPriorVersionError, load_prior
from schemas.reasoner import ReasonerIdentity
from schemas.shard import AnnotationSpec, SampleRow, spec_hash
from tests.rows import read_rows
from tests.versions import as_version_1


@pytest.fixture
def old(dataset: str, tmp_path: Path) -> str:
    """The data set as an earlier release wrote it, with a failed input."""
    spec = read_data_spec(dataset).model_copy(update={"schema_version": 1})
    folder = tmp_path / "old"
    folder.mkdir()
    (folder / "spec.json").write_text(spec.model_dump_json(exclude={"migrated_from"}))
    rows = [SampleRow.model_validate(row) for row in read_rows(dataset).iter_rows(named=True)]
    samples = [
        {**sample, "prior.json": json.dumps(as_version_1(load_prior(sample["prior.json"])))}
        for sample in read_samples(dataset, 0)
    ]
    for sample in samples:
        del sample["__url__"]
    failed = SampleRow(key="000009999", source="torn.jpg", status="failed", error="torn")
    outcomes = [(failed, None), *zip(rows, samples, strict=False)]
    write_shard(str(folder), 0, spec_hash(spec), 1, outcomes)
    return str(folder)


def migrate(source: str, root: Path) -> str:
    spec = plan_migration(source)
    assert spec is not None
    folder = open_migrated(str(root), spec)
    migrate_shard(source, folder, spec, 0)
    return folder


def content(folder: str) -> dict[str, bytes]:
    files = (path for path in Path(folder).iterdir() if not path.name.endswith("done.json"))
    return {path.name: path.read_bytes() for path in files}


def test_only_the_priors_change(old: str, tmp_path: Path) -> None:
    before = content(old)
    new = migrate(old, tmp_path)
    assert content(old) == before
    pairs: list[tuple[dict[str, Any], dict[str, Any]]] = list(
        zip(read_samples(old, 0), read_samples(new, 0), strict=True)
    )
    for was, now in pairs:
        assert was["__key__"] == now["__key__"]
        assert was["clean.png"] == now["clean.png"]
        assert was["degraded.png"] == now["degraded.png"]
        assert json.loads(now["prior.json"])["schema_version"] == CURRENT_VERSION
        assert load_prior(was["prior.json"]) == load_prior(now["prior.json"])
        assert load_prior(now["prior.json"]).haze.severity_std == 0.0
    assert read_rows(new).equals(read_rows(old))
    assert read_rows(new).filter(pl.col("status") == "failed")["error"].to_list() == ["torn"]


def test_the_same_bytes_whenever_it_runs(old: str, tmp_path: Path) -> None:
    assert content(migrate(old, tmp_path / "a")) == content(migrate(old, tmp_path / "b"))


def test_the_new_folder_says_where_it_comes_from(old: str, tmp_path: Path) -> None:
    spec = read_data_spec(migrate(old, tmp_path))
    assert (spec.schema_version, spec.migrated_from) == (CURRENT_VERSION, 1)


def test_a_current_folder_needs_nothing(dataset: str, old: str, tmp_path: Path) -> None:
    assert plan_migration(dataset) is None
    assert plan_migration(migrate(old, tmp_path)) is None


def test_annotations_of_the_old_folder_belong_to_the_new_one(old: str, tmp_path: Path) -> None:
    new = migrate(old, tmp_path)
    source = spec_hash(read_data_spec(old))
    for name, belongs in ((source, True), ("0" * 16, False)):
        annotations = tmp_path / name
        annotations.mkdir()
        spec = AnnotationSpec(
            source=name,
            reasoner=ReasonerIdentity(kind="edge", weights_sha256="a" * 64),
            schema_version=1,
        )
        (annotations / "spec.json").write_text(spec.model_dump_json())
        if belongs:
            check_belongs(str(annotations), new)
        else:
            with pytest.raises(OtherDataSetError):
                check_belongs(str(annotations), new)


def test_a_newer_data_set_is_refused_with_both_versions(old: str) -> None:
    path = Path(old, "spec.json")
    path.write_text(json.dumps({**json.loads(path.read_text()), "schema_version": 7}))
    with pytest.raises(
        UnknownPriorVersionError, match=f"schema_version 7 .* up to {CURRENT_VERSION};"
    ):
        plan_migration(old)


def test_a_prior_that_cannot_be_read_is_named(old: str, tmp_path: Path) -> None:
    samples = [{**sample, "prior.json": "{}"} for sample in read_samples(old, 0)]
    rows = [row for row in read_rows(old).iter_rows(named=True) if row["status"] == "ok"]
    for path in Path(old).glob("00000.*"):
        path.unlink()
    for sample in samples:
        del sample["__url__"]
    outcomes = [(SampleRow.model_validate(r), s) for r, s in zip(rows, samples, strict=True)]
    spec = read_data_spec(old)
    write_shard(old, 0, spec_hash(spec), 1, outcomes)
    with pytest.raises(UnknownPriorVersionError, match=rf"00000\.tar: sample {rows[0]['key']}: "):
        migrate(old, tmp_path)


def test_the_hash_of_specs_from_before_migrations_stays(dataset: str) -> None:
    spec = read_data_spec(dataset)
    text = spec.model_dump_json(exclude={"migrated_from"})
    assert "migrated_from" not in text
    assert spec_hash(spec) == spec_hash(type(spec).model_validate_json(text))


def test_a_file_larger_than_any_picture_is_not_read(
    old: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rr_tasks.shards.outcomes.LARGEST_FILE", 10)
    rows = read_rows(migrate(old, tmp_path))
    assert set(rows["status"]) == {"failed"}
    assert rows["error"].str.contains("cannot be read").sum() == rows.height - 1
