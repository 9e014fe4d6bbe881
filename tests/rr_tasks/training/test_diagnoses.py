from itertools import pairwise
from pathlib import Path

from rr_tasks.shards.reader import done_shards
from rr_tasks.shards.rows import shard_rows
from rr_tasks.shards.stream import Piece
from rr_tasks.training.diagnoses import DiagnosisStream


def test_every_place_of_the_data_set_has_its_own_diagnosis_or_none(partly_annotated: str) -> None:
    expected = [row.key if row.status == "ok" else None for row in shard_rows(partly_annotated, 0)]
    assert None in expected
    for cuts in ((0, 32), (0, 7, 9, 32), (20, 32)):
        stream = DiagnosisStream(partly_annotated, done_shards(partly_annotated))
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
