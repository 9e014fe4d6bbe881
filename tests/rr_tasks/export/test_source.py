import os
import shutil
import tarfile
from pathlib import Path

import pytest

from rr_tasks.export.source import OtherExportError, Source, open_export, read_examples
from rr_tasks.shards.reader import NoShardsError, OtherDataSetError
from rr_tasks.shards.rows import shard_rows
from rr_tasks.shards.spec import read_data_spec
from rr_tasks.shards.stream import read_samples
from rr_tasks.shards.writer import write_shard
from rr_tasks.training.dataset import MissingDiagnosesError, UnfinishedDataSetError
from schemas.export import HubExport
from schemas.prior.migrations import load_prior
from schemas.shard import SampleRow, spec_hash


def test_samples_are_paired_with_their_annotations(annotated: Source) -> None:
    pairs = list(read_examples(annotated, 1))
    samples = list(read_samples(annotated.shards, 1))
    diagnoses = list(read_samples(str(annotated.annotations), 1))
    assert len(pairs) == len(samples) == 16
    for (row, example), sample, diagnosis in zip(pairs, samples, diagnoses, strict=True):
        assert example is not None
        assert row.key == example.key == sample["__key__"]
        assert (example.clean, example.degraded) == (sample["clean.png"], sample["degraded.png"])
        assert example.truth == load_prior(sample["prior.json"])
        assert example.annotation == load_prior(diagnosis["prior.json"])


def test_a_diagnosis_that_failed_leaves_the_sample_without(partly_annotated: Source) -> None:
    partly_annotated.check()
    failed = {
        row.key for row in shard_rows(str(partly_annotated.annotations), 0) if row.status != "ok"
    }
    pairs = list(read_examples(partly_annotated, 0))
    assert len(pairs) == 32
    without = {row.key for row, example in pairs if example and example.annotation is None}
    assert without == failed != set()


def test_annotations_of_other_samples_are_refused(annotated: Source, tmp_path: Path) -> None:
    annotations = shutil.copytree(str(annotated.annotations), tmp_path / "annotations")
    for suffix in ("tar", "parquet"):
        shutil.copy(annotations / f"00001.{suffix}", annotations / f"00000.{suffix}")
    marker = (annotations / "00000.done.json").read_text().replace('"samples": 32', '"samples": 16')
    (annotations / "00000.done.json").write_text(marker)
    with pytest.raises(OtherDataSetError, match="contain sample 000010000 where 000000000"):
        list(read_examples(Source(annotated.shards, str(annotations)), 0))


def test_failed_inputs_keep_their_rows(dataset: str, tmp_path: Path) -> None:
    spec = read_data_spec(dataset)
    shutil.copy(Path(dataset, "spec.json"), tmp_path)
    failed = SampleRow(key="000000000", source="torn.jpg", status="failed", error="torn")
    (row, first), *_ = read_examples(Source(dataset, None), 0)
    assert first is not None
    files: dict[str, bytes | str] = {
        "clean.png": first.clean,
        "degraded.png": first.degraded,
        "prior.json": first.truth.model_dump_json(),
    }
    later = row.model_copy(update={"key": "000000001"})
    write_shard(str(tmp_path), 0, spec_hash(spec), 2, [(failed, None), (later, files)])
    (one, nothing), (two, example) = read_examples(Source(str(tmp_path), None), 0)
    assert (one, nothing) == (failed, None)
    assert (two, example and example.truth) == (later, first.truth)


def test_only_what_is_whole_is_exported(annotated: Source, tmp_path: Path) -> None:
    assert [marker.samples for marker in annotated.check()] == [32, 16]
    shards = shutil.copytree(annotated.shards, tmp_path / "shards")
    (shards / "00001.done.json").unlink()
    with pytest.raises(UnfinishedDataSetError, match="00001 first"):
        Source(str(shards), None).check()
    diagnoses = shutil.copytree(str(annotated.annotations), tmp_path / "annotations")
    (diagnoses / "00000.done.json").unlink()
    with pytest.raises(MissingDiagnosesError, match="lacks 32 samples"):
        Source(annotated.shards, str(diagnoses)).check()
    with pytest.raises(OtherDataSetError, match="not written by `rr annotate`"):
        Source(annotated.shards, annotated.shards).check()
    with pytest.raises(NoShardsError):
        Source(str(tmp_path / "none"), None).check()


def test_damage_is_named(annotated: Source, tmp_path: Path) -> None:
    shards = shutil.copytree(annotated.shards, tmp_path / "shards")
    tar = shards / "00000.tar"
    with tarfile.open(tar) as whole:
        cut = whole.getmember("000000020.degraded.png")
    os.truncate(tar, cut.offset_data + cut.size // 2)
    rows, examples = zip(*read_examples(Source(str(shards), None), 0), strict=True)
    assert len(rows) == 32
    assert 0 < sum(example is not None for example in examples) < 32
    assert rows[-1].error == "its sample cannot be read: unexpected end of data"
    shutil.copy(shards / "00001.tar", tar)  # of another shard
    rows, examples = zip(*read_examples(Source(str(shards), None), 0), strict=True)
    assert {row.error for row in rows} == {"its sample cannot be read: the tar does not hold it"}
    assert set(examples) == {None}


def test_a_folder_keeps_to_one_export(tmp_path: Path) -> None:
    spec = HubExport(source="0" * 16, annotations=None, split="train")
    open_export(str(tmp_path), spec)
    open_export(str(tmp_path), spec)
    with pytest.raises(OtherExportError, match="choose another folder"):
        open_export(str(tmp_path), spec.model_copy(update={"split": "test"}))
