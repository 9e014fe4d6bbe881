import base64
from pathlib import Path

import cv2
import numpy as np
import pytest

from rr_tasks.inspection.pictures import pick_pictures
from rr_tasks.shards import stream as streaming
from rr_tasks.shards.png import decode_png
from rr_tasks.shards.stream import _members, read_samples
from rr_tasks.storage.files import join, publish_bytes
from schemas.prior.migrations import load_prior
from tests.s3 import S3


def pixels(uri: str) -> np.ndarray:
    head, _, content = uri.partition(",")
    assert head == "data:image/jpeg;base64"
    return cv2.imdecode(np.frombuffer(base64.b64decode(content), np.uint8), cv2.IMREAD_COLOR_RGB)


def test_pictures_are_those_of_their_samples(dataset: str) -> None:
    shown, damaged = pick_pictures(dataset, 4)
    assert damaged == []
    # the first two from the first shard, its first and second sample, then the third of the other
    assert [picture.key for picture in shown] == [
        "000000000",
        "000000001",
        "000010002",
        "000010003",
    ]
    samples = {
        sample["__key__"]: sample for shard in (0, 1) for sample in read_samples(dataset, shard)
    }
    for picture in shown:
        sample = samples[picture.key]
        assert picture.prior == load_prior(sample["prior.json"])
        for uri, name in ((picture.degraded, "degraded.png"), (picture.clean, "clean.png")):
            difference = pixels(uri).astype(float) - decode_png(sample[name])
            assert np.abs(difference).mean() < 12


def test_they_differ_and_are_at_most_as_many_as_asked_for(dataset: str) -> None:
    keys = [picture.key for picture in pick_pictures(dataset, 40)[0]]
    assert len(keys) == len(set(keys)) <= 40
    assert pick_pictures(dataset, 0) == ([], [])


def test_annotations_have_none(dataset: str, tmp_path: Path) -> None:
    from tests.rr_tasks.inspection.test_survey import row, write

    spec = (
        '{"source":"0000000000000000","kind":"annotation","reasoner":"edge","weights_sha256":"%s"}'
    )
    (tmp_path / "spec.json").write_text(spec % ("a" * 64))
    assert pick_pictures(str(tmp_path), 3) == ([], [])
    write(str(tmp_path), 0, row(0))
    assert pick_pictures(str(tmp_path), 3) == ([], [])


def test_only_the_beginnings_of_tars_are_read(
    dataset: str, s3: S3, monkeypatch: pytest.MonkeyPatch
) -> None:
    for path in Path(dataset).iterdir():
        publish_bytes(path.read_bytes(), join(s3.url, path.name))
    assert pick_pictures(s3.url, 4) == pick_pictures(dataset, 4)
    opened = []
    monkeypatch.setattr(
        streaming, "_members", lambda *place: opened.append(place) or _members(*place)
    )
    pick_pictures(s3.url, 1)
    assert opened == [(s3.url, 0)]
