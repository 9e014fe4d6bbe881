import hashlib
from collections.abc import Callable, Sequence
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from rr_tasks.reasoner.annotation import annotate_shard, open_annotations, plan_annotation
from rr_tasks.reasoner.edge import EdgeReasoner
from rr_tasks.reasoner.network import ReasonerNetwork
from rr_tasks.shards.index import index_samples
from rr_tasks.shards.png import decode_png
from rr_tasks.shards.reader import read_rows
from rr_tasks.shards.stream import read_samples
from schemas.prior.current import DiagnosticPrior
from schemas.prior.migrations import load_prior
from schemas.shard import AnnotationSpec, spec_hash


class Counting(EdgeReasoner):
    """Counts the photographs it is shown."""

    seen = 0

    def diagnose_all(self, images: Sequence[np.ndarray]) -> list[DiagnosticPrior]:
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
    annotated = index_samples(folder)
    assert annotated.keys() == index_samples(dataset).keys()
    assert all(set(files) == {"prior.json"} for files in annotated.values())
    samples = list(islice(read_samples(dataset, 1), 8))
    expected = reasoner.diagnose_all([decode_png(sample["degraded.png"]) for sample in samples])
    for sample, prior in zip(samples, expected, strict=True):
        assert load_prior(annotated[sample["__key__"]]["prior.json"].read()) == prior
        assert prior.provenance.weights_sha256 == "e" * 64
    rows = read_rows(folder)
    assert rows["key"].to_list() == sorted(annotated)
    row = rows.filter(key=sample["__key__"]).row(0, named=True)
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


def test_a_prompt_has_annotations_of_its_own_and_none_changes_no_hash(
    dataset: str, tmp_path: Path, reasoner: Counting
) -> None:
    spec = plan_annotation(dataset, reasoner)
    before = spec.model_dump_json(exclude={"prompt_version"}, exclude_none=True)
    assert spec_hash(spec) == hashlib.sha256(before.encode()).hexdigest()[:16]
    reasoner.prompt_version = "2"
    asked = plan_annotation(dataset, reasoner)
    assert open_annotations(str(tmp_path), asked) != open_annotations(str(tmp_path), spec)
    sample = next(read_samples(dataset, 0))
    (prior,) = reasoner.diagnose_all([decode_png(sample["degraded.png"])])
    assert prior.provenance.prompt_version == "2"
