import json
import shutil
from collections import Counter
from pathlib import Path

import polars as pl
import pytest

from rr_tasks.inspection.survey import inspect
from rr_tasks.reasoner.edge import EdgeReasoner
from rr_tasks.shards.reader import (
    DamagedMarkerError,
    NoShardsError,
    OtherDataSetError,
    done_shards,
)
from rr_tasks.shards.spec import read_spec
from rr_tasks.shards.writer import write_shard
from rr_tasks.storage.files import join, publish_bytes
from rr_tasks.storage.tables import DamagedTableError
from schemas.inspection import Extent, Inspection
from schemas.prior.current import CURRENT_VERSION, DEGRADATIONS
from schemas.reasoner import ReasonerIdentity
from schemas.shard import AnnotationSpec, SampleRow, spec_hash
from tests.rows import read_rows
from tests.s3 import S3


def row(index: int, **values: object) -> SampleRow:
    size = {"width": 64 + index, "height": 48}
    given = {"key": f"{index:09d}", "source": "a.jpg", "status": "ok", **size, **values}
    return SampleRow.model_validate(given)


def failed(index: int, error: str) -> SampleRow:
    return row(index, status="failed", error=error, width=None, height=None)


def write(folder: str, shard: int, *rows: SampleRow) -> None:
    outcomes = [(row, {"prior.json": "{}"} if row.status == "ok" else None) for row in rows]
    write_shard(folder, shard, spec_hash(read_spec(folder)), 2, outcomes)


@pytest.fixture
def annotations(tmp_path: Path) -> str:
    """A folder without a shard yet."""
    folder = str(tmp_path / "annotations [1]")
    spec = AnnotationSpec(
        source="0" * 16, reasoner=ReasonerIdentity(kind="edge", weights_sha256="a" * 64)
    )
    publish_bytes(spec.model_dump_json().encode(), join(folder, "spec.json"))
    return folder


def test_counts_agree_with_rows_and_markers(dataset: str) -> None:
    found = inspect(dataset)
    rows, markers = read_rows(dataset), done_shards(dataset)
    assert (found.finished_shards, found.expected_shards, found.missing_shards) == (2, 2, ())
    assert (found.samples, found.failures) == (len(rows), 0)
    assert found.total_bytes == sum(marker.size_bytes for marker in markers)
    assert found.mean_sample_bytes == found.total_bytes // 48
    assert found.spec == read_spec(dataset)
    assert found.schema_versions == {CURRENT_VERSION: 2}
    assert (found.width, found.height) == (Extent(least=128, most=128), Extent(least=128, most=128))
    assert found.last_finished_at == max(marker.finished_at for marker in markers)
    named = Counter(
        "+".join(name for name in DEGRADATIONS if sample[name]) or "clean"
        for sample in rows.iter_rows(named=True)
    )
    assert found.mixtures == named
    assert list(found.mixtures)[:2] == ["clean", "blur"]
    assert list(found.mixtures)[-1] == "haze+blur+rain+noise"
    for name in DEGRADATIONS:
        counted = Counter(min(int(value / 10), 9) for value in rows[name] if value > 0)
        assert found.severities[name] == tuple(counted[place] for place in range(10))


def test_every_severity_has_its_bar(annotations: str) -> None:
    write(annotations, 0, *(row(i, haze=v) for i, v in enumerate((0.0, 1.0, 9.99, 10.0, 100.0))))
    found = inspect(annotations)
    assert found.severities["haze"] == (2, 1, 0, 0, 0, 0, 0, 0, 0, 1)
    assert found.severities["rain"] == (0,) * 10
    assert found.mixtures == {"clean": 1, "haze": 4}
    assert found.expected_shards is None
    assert found.width == Extent(least=64, most=68)


def test_failures_are_counted_by_reason_the_most_frequent_first(annotations: str) -> None:
    write(annotations, 0, row(0, rain=30.0), failed(1, "torn"), failed(2, "empty"))
    write(annotations, 3, failed(0, "torn"))
    found = inspect(annotations)
    assert (found.samples, found.failures, found.finished_shards) == (1, 3, 2)
    assert list(found.failure_reasons.items()) == [("torn", 2), ("empty", 1)]
    assert found.mixtures == {"rain": 1}


def test_what_is_missing_is_said_and_what_is_not_published_does_not_count(
    dataset: str, tmp_path: Path
) -> None:
    folder = shutil.copytree(dataset, tmp_path / "set")
    (folder / "00000.done.json").unlink()
    found = inspect(str(folder))
    assert (found.finished_shards, found.expected_shards, found.missing_shards) == (1, 2, (0,))
    assert found.samples == sum(found.mixtures.values()) == 16
    (folder / "00001.done.json").unlink()
    found = inspect(str(folder))
    assert (found.finished_shards, found.missing_shards) == (0, (0, 1))
    assert (found.samples, found.mixtures, found.width) == (0, {}, None)


def test_tars_are_not_opened(dataset: str, tmp_path: Path) -> None:
    folder = shutil.copytree(dataset, tmp_path / "set", ignore=shutil.ignore_patterns("*.tar"))
    assert inspect(str(folder)).samples == 48


def test_annotations_are_inspected_like_data_sets(
    dataset: str, tmp_path: Path, reasoner_network: object
) -> None:
    from rr_tasks.reasoner.annotation import annotate_shard, open_annotations, plan_annotation

    reasoner = EdgeReasoner(reasoner_network(2), "e" * 64)
    spec = plan_annotation(dataset, reasoner)
    folder = open_annotations(str(tmp_path), spec)
    annotate_shard(dataset, folder, spec, reasoner, 1)
    found = inspect(folder)
    assert found.spec == spec
    assert found.samples == sum(found.mixtures.values()) == 16


@pytest.mark.parametrize("where", ["s3", "memory"])
def test_it_is_the_same_wherever_it_lies(
    dataset: str, where: str, request: pytest.FixtureRequest
) -> None:
    storage: S3 | None = request.getfixturevalue("s3") if where == "s3" else None
    folder = storage.url if storage else f"memory://{Path(dataset).name}"
    for path in Path(dataset).iterdir():
        if path.suffix != ".tar":
            publish_bytes(path.read_bytes(), join(folder, path.name))
    assert inspect(folder) == inspect(dataset).model_copy(update={"url": folder})


def test_what_it_finds_can_be_read_back(dataset: str) -> None:
    found = inspect(dataset)
    assert Inspection.model_validate_json(found.model_dump_json()) == found


def test_a_folder_that_is_no_data_set_is_named(tmp_path: Path) -> None:
    with pytest.raises(NoShardsError, match="no data set here"):
        inspect(str(tmp_path / "none"))
    (tmp_path / "spec.json").write_text("[]")
    with pytest.raises(OtherDataSetError, match=r"spec\.json"):
        inspect(str(tmp_path))


def test_a_damaged_file_is_named(dataset: str, tmp_path: Path) -> None:
    folder = shutil.copytree(dataset, tmp_path / "set")
    sidecar, marker = folder / "00001.parquet", folder / "00001.done.json"
    whole = sidecar.read_bytes()
    sidecar.write_bytes(whole[:-20])
    with pytest.raises(DamagedTableError, match=r"00001\.parquet: not a readable parquet"):
        inspect(str(folder))
    sidecar.unlink()
    with pytest.raises(FileNotFoundError, match=r"00001\.parquet: no such file"):
        inspect(str(folder))
    sidecar.write_bytes(whole)
    marker.write_text(json.dumps({"shard": 1}))
    with pytest.raises(DamagedMarkerError, match=r"00001\.done\.json"):
        inspect(str(folder))
    assert pl.read_parquet(sidecar).height == 16
