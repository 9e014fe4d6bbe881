"""Objects that nobody expects in a bucket end no job."""

import pytest

from flows.synthesize import synthesize
from rr_tasks.photographs.reading import read_photograph
from rr_tasks.shards.reader import failed_inputs
from rr_tasks.storage.failure import RefusedKeysError
from rr_tasks.storage.files import join, publish_bytes, read_each
from rr_tasks.storage.filesystem import filesystem_of
from rr_tasks.storage.tables import read_tables
from schemas.parameters.synthesis import SynthesizeParameters
from tests.odd_files import packed
from tests.s3 import S3


def test_odd_keys(s3: S3, capfd: pytest.CaptureFixture[str]) -> None:
    filesystem, path = filesystem_of(join(s3.url, "photographs"))
    bucket, root, _ = filesystem.split_path(path)

    def put(key: str, content: bytes) -> None:
        filesystem.call_s3("put_object", Bucket=bucket, Key=f"{root}/{key}", Body=content)

    sound = ["a.png", "c d+e%20f&g=h.png", "é[1]*?.png", "x::y.png"]
    for number, key in enumerate(sound):
        put(key, packed(".png", seed=number))
    for key in ("", "folder/", "photo.png/", "empty_$folder$"):
        put(key, b"")
    put("empty.jpg", b"")
    put("a?sig=1.png", packed(".png"))
    put("cut.png", packed(".png")[:900])
    made = synthesize(
        SynthesizeParameters(
            photographs=join(s3.url, "photographs"), output=join(s3.url, "data"), samples=32
        )
    )
    failed = dict(failed_inputs(made).rows())
    assert failed.pop("a?sig=1.png").startswith("a URL must not hold keys")
    assert failed == {
        "empty.jpg": "the file is empty",
        "cut.png": "the PNG data is damaged or truncated",
    }
    (rows,) = read_tables([f"{made}/00000.parquet"])
    assert set(rows.filter(status="ok")["source"]) == set(sound)
    assert "Error" not in capfd.readouterr().err


def test_keys_that_are_refused_are_no_fault_of_a_photograph(
    s3: S3, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish_bytes(packed(".png"), join(s3.url, "a.png"))
    monkeypatch.setenv("RR_S3_SECRET_KEY", "another")
    for _ in range(2):
        with pytest.raises(RefusedKeysError, match="correct RR_S3_SECRET_KEY"):
            read_photograph(join(s3.url, "a.png"))
        with pytest.raises(RefusedKeysError):
            list(read_each([join(s3.url, "a.png")]))
