from itertools import pairwise
from pathlib import Path

import pytest

from rr_tasks.reasoner.annotation import annotate_shard, open_annotations, plan_annotation
from rr_tasks.shards.reader import done_shards
from rr_tasks.shards.rows import shard_rows
from rr_tasks.shards.stream import Piece
from rr_tasks.training.diagnoses import DiagnosisStream
from tests.reasoners import RuleReasoner


@pytest.fixture(scope="module")
def partial(dataset: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Annotations by a reasoner that has no answer for some samples of the first shard."""
    reasoner = RuleReasoner()
    spec = plan_annotation(dataset, reasoner)
    folder = open_annotations(str(tmp_path_factory.mktemp("annotations")), spec)
    for shard in (0, 1):
        annotate_shard(dataset, folder, spec, reasoner, shard)
    return folder


def test_every_place_of_the_data_set_has_its_own_diagnosis_or_none(partial: str) -> None:
    expected = [row.key if row.status == "ok" else None for row in shard_rows(partial, 0)]
    assert None in expected
    for cuts in ((0, 32), (0, 7, 9, 32), (20, 32)):
        stream = DiagnosisStream(partial, done_shards(partial))
        for start, stop in pairwise(cuts):
            found = [sample and sample["__key__"] for sample in stream.read(Piece(0, start, stop))]
            assert found == expected[start:stop]


def test_where_none_failed_no_rows_are_read(annotations: str, tmp_path: Path) -> None:
    for path in Path(annotations).iterdir():
        if path.suffix != ".parquet":
            (tmp_path / path.name).write_bytes(path.read_bytes())
    stream = DiagnosisStream(str(tmp_path), done_shards(annotations))
    assert [sample and sample["__key__"] for sample in stream.read(Piece(1, 3, 5))] == [
        "000010003",
        "000010004",
    ]
