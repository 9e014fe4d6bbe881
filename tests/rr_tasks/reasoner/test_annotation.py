import json
from collections.abc import Callable, Sequence
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from rr_tasks.reasoner.annotation import (
    annotate_shard,
    open_annotations,
    plan_annotation,
    read_annotation_spec,
)
from rr_tasks.reasoner.edge import EdgeReasoner
from rr_tasks.reasoner.network import ReasonerNetwork
from rr_tasks.reasoner.protocol import Answer, Unparsed
from rr_tasks.shards.png import decode_png
from rr_tasks.shards.rows import shard_rows
from rr_tasks.shards.stream import read_samples
from schemas.prior.migrations import load_prior
from schemas.reasoner import ReasonerIdentity
from schemas.shard import AnnotationSpec
from tests.reasoners import RAMBLING, RuleReasoner
from tests.rows import read_rows
from tests.samples import all_samples


class Counting(EdgeReasoner):
    """Counts the photographs it is shown."""

    seen = 0

    def diagnose_all(self, images: Sequence[np.ndarray]) -> list[Answer]:
        self.seen += len(images)
        return super().diagnose_all(images)


@pytest.fixture
def reasoner(reasoner_network: Callable[[int], ReasonerNetwork]) -> Counting:
    return Counting(reasoner_network(2), "e" * 64)


def test_each_key_gets_the_diagnosis_of_its_degraded_photograph(
    dataset: str, tmp_path: Path, reasoner: Counting
) -> None:
    spec = plan_annotation(dataset, reasoner)
    folder = open_annotations(str(tmp_path), spec)
    markers = [annotate_shard(dataset, folder, spec, reasoner, shard) for shard in (0, 1)]
    assert [marker.samples for marker in markers] == [32, 16]
    assert reasoner.seen == 48
    annotated = all_samples(folder)
    assert annotated.keys() == all_samples(dataset).keys()
    assert all(not name.endswith(".png") for files in annotated.values() for name in files)
    samples = list(islice(read_samples(dataset, 1), 8))
    expected = reasoner.diagnose_all([decode_png(sample["degraded.png"]) for sample in samples])
    for sample, prior in zip(samples, expected, strict=True):
        assert load_prior(annotated[sample["__key__"]]["prior.json"]) == prior
        assert not isinstance(prior, Unparsed)
        assert prior.provenance.weights_sha256 == "e" * 64
    rows = read_rows(folder)
    assert rows["key"].to_list() == sorted(annotated)
    row = rows.filter(key=sample["__key__"]).row(0, named=True)
    assert not isinstance(prior, Unparsed)
    assert (row["haze"], row["noise"]) == (prior.haze.severity, prior.noise.severity)


def test_only_what_is_missing_is_diagnosed(
    dataset: str, tmp_path: Path, reasoner: Counting
) -> None:
    spec = plan_annotation(dataset, reasoner)
    folder = open_annotations(str(tmp_path), spec)
    first = annotate_shard(dataset, folder, spec, reasoner, 0)
    assert reasoner.seen == 32
    assert annotate_shard(dataset, folder, spec, reasoner, 0) == first
    assert reasoner.seen == 32
    annotate_shard(dataset, folder, spec, reasoner, 1)
    assert reasoner.seen == 48


def test_other_weights_or_data_have_a_folder_of_their_own(
    dataset: str, tmp_path: Path, reasoner_network: Callable[[int], ReasonerNetwork]
) -> None:
    specs = [plan_annotation(dataset, EdgeReasoner(reasoner_network(0), sha * 64)) for sha in "ab"]
    specs.append(specs[0].model_copy(update={"source": "0" * 16}))
    folders = {open_annotations(str(tmp_path), spec) for spec in (*specs, specs[0])}
    assert len(folders) == 3
    written = Path(open_annotations(str(tmp_path), specs[1]), "spec.json").read_bytes()
    assert AnnotationSpec.model_validate_json(written) == specs[1]


def test_a_photograph_without_a_diagnosis_is_a_row_with_the_reason_and_the_answer(
    dataset: str, tmp_path: Path
) -> None:
    reasoner = RuleReasoner()
    spec = plan_annotation(dataset, reasoner)
    folder = open_annotations(str(tmp_path), spec)
    marker = annotate_shard(dataset, folder, spec, reasoner, 0)
    assert max(reasoner.batches) == reasoner.batch_size
    rows = shard_rows(folder, 0)
    assert [row.key for row in rows] == [row.key for row in shard_rows(dataset, 0)]
    failed = [row for row in rows if row.status == "failed"]
    assert 0 < len(failed) == marker.failures < 32 == marker.failures + marker.samples
    assert {(row.error, row.answer) for row in failed} == {("no JSON object", RAMBLING)}
    assert {row.source for row in rows} == {str(reasoner.identity)}
    good = {row.key for row in rows if row.status == "ok"}
    assert [sample["__key__"] for sample in read_samples(folder, 0)] == sorted(good)


def test_all_that_decides_the_answers_decides_the_folder(dataset: str, tmp_path: Path) -> None:
    spec = plan_annotation(dataset, RuleReasoner())
    changes = (
        {"kind": "other"},
        {"algorithm": 2},
        {"weights_sha256": "a" * 64},
        {"model": "pale is foggy"},
        {"revision": "4"},
        {"prompt_version": "8"},
        {"decoding": {"temperature": 0.6}},
        {"libraries": {"numpy": "3"}},
    )
    specs = [
        spec.model_copy(update={"reasoner": spec.reasoner.model_copy(update=change)})
        for change in changes
    ]
    assert len({open_annotations(str(tmp_path), one) for one in (spec, *specs)}) == 9
    assert read_annotation_spec(open_annotations(str(tmp_path), spec)) == spec


def test_specs_of_earlier_releases_are_read_as_of_unknown_algorithm(tmp_path: Path) -> None:
    earlier = {
        "kind": "annotation",
        "source": "0123456789abcdef",
        "reasoner": "edge-reasoner",
        "weights_sha256": "a" * 64,
        "prompt_version": None,
        "schema_version": 2,
        "migrated_from": 1,
    }
    (tmp_path / "spec.json").write_text(json.dumps(earlier))
    spec = read_annotation_spec(str(tmp_path))
    assert spec.reasoner == ReasonerIdentity(kind="edge", algorithm=0, weights_sha256="a" * 64)
    assert (spec.source, spec.migrated_from) == ("0123456789abcdef", 1)
