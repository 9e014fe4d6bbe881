import shutil
from pathlib import Path

import pytest

from rr_tasks.shards.reader import NoShardsError, OtherDataSetError, done_shards
from rr_tasks.shards.writer import write_shard
from rr_tasks.training.dataset import (
    MissingDiagnosesError,
    UnfinishedDataSetError,
    UnknownTruthError,
    check_dataset,
    check_diagnosed,
    check_pairs,
)
from schemas.errors import ExpectedError
from schemas.shard import IngestSpec, SampleRow


@pytest.fixture
def copied(dataset: str, tmp_path: Path) -> Path:
    """The data set without its tars: nothing here may read them."""
    return Path(shutil.copytree(dataset, tmp_path / "data", ignore=shutil.ignore_patterns("*.tar")))


@pytest.fixture
def diagnoses(annotations: str, tmp_path: Path) -> Path:
    """Its annotations, without their tars as well."""
    folder = tmp_path / "annotations"
    return Path(shutil.copytree(annotations, folder, ignore=shutil.ignore_patterns("*.tar")))


def test_a_whole_data_set_is_its_markers(copied: Path) -> None:
    markers = check_dataset(str(copied))
    assert [(marker.shard, marker.samples) for marker in markers] == [(0, 32), (1, 16)]


def test_photographs_without_truth_teach_no_restorer(copied: Path) -> None:
    assert check_pairs(str(copied)) == check_dataset(str(copied))
    spec = IngestSpec(layout="photographs", samples=48, shard_size=32, inputs_sha256="0" * 64)
    (copied / "spec.json").write_text(spec.model_dump_json())
    assert len(check_dataset(str(copied))) == 2
    with pytest.raises(UnknownTruthError, match="synthesize degraded photographs, or ingest pairs"):
        check_pairs(str(copied))


@pytest.mark.parametrize("shard", [0, 1])
def test_a_half_finished_data_set_is_refused(copied: Path, shard: int) -> None:
    (copied / f"{shard:05d}.done.json").unlink()
    with pytest.raises(UnfinishedDataSetError) as caught:
        check_dataset(str(copied))
    assert str(caught.value) == (
        f"{copied} lacks 1 of 2 shards, {shard:05d} first; "
        "run the command that made the others again as before to make them"
    )
    assert isinstance(caught.value, ExpectedError)


def test_a_folder_without_shards_is_no_data_set(tmp_path: Path) -> None:
    with pytest.raises(NoShardsError):
        check_dataset(str(tmp_path))


def test_annotations_are_no_data_set(diagnoses: Path) -> None:
    with pytest.raises(OtherDataSetError, match="not written by `rr synthesize`"):
        check_dataset(str(diagnoses))


def test_complete_annotations_pass(copied: Path, diagnoses: Path) -> None:
    check_diagnosed(str(copied), check_dataset(str(copied)), str(diagnoses))


@pytest.mark.parametrize(("shard", "count"), [(0, 32), (1, 16)])
def test_a_shard_without_diagnoses_is_named(
    copied: Path, diagnoses: Path, shard: int, count: int
) -> None:
    (diagnoses / f"{shard:05d}.done.json").unlink()
    with pytest.raises(MissingDiagnosesError) as caught:
        check_diagnosed(str(copied), check_dataset(str(copied)), str(diagnoses))
    assert str(caught.value) == (
        f"{diagnoses} lacks {count} samples of {copied}, {shard:05d}0000 first; "
        "run `rr annotate` again"
    )
    assert isinstance(caught.value, ExpectedError)


def test_no_diagnoses_at_all_are_counted(copied: Path, tmp_path: Path) -> None:
    with pytest.raises(MissingDiagnosesError, match=r"lacks 48 samples .*, 000000000 first; run"):
        check_diagnosed(str(copied), check_dataset(str(copied)), str(tmp_path / "none"))


def annotate_again(diagnoses: Path, rows: list[SampleRow]) -> None:
    hash_of = done_shards(str(diagnoses))[0].spec_hash
    for path in diagnoses.glob("00001.*"):
        path.unlink()
    outcomes = ((row, {"prior.json": "{}"} if row.status == "ok" else None) for row in rows)
    write_shard(str(diagnoses), 1, hash_of, 1, outcomes)


def row(index: int, *, good: bool = True) -> SampleRow:
    return SampleRow(key=f"00001{index:04d}", source="reasoner", status="ok" if good else "failed")


def test_a_sample_without_a_row_is_named(copied: Path, diagnoses: Path) -> None:
    annotate_again(diagnoses, [row(index) for index in range(16) if index != 5])
    with pytest.raises(
        MissingDiagnosesError,
        match=r"lacks 1 sample .*, 000010005 first; delete .*/00001\.done\.json and run",
    ):
        check_diagnosed(str(copied), check_dataset(str(copied)), str(diagnoses))


def test_a_diagnosis_that_failed_was_tried(copied: Path, diagnoses: Path) -> None:
    annotate_again(diagnoses, [row(index, good=index not in {0, 5}) for index in range(16)])
    found = check_diagnosed(str(copied), check_dataset(str(copied)), str(diagnoses))
    assert [(marker.samples, marker.failures) for marker in found] == [(32, 0), (14, 2)]
