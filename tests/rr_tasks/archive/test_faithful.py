"""Outputs that must not be written: spoilt ones, and those whose name is taken."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from rr_tasks.archive.ledger import last_rows
from rr_tasks.archive.plan import chunk_ids
from rr_tasks.archive.restore import restore_chunk
from rr_tasks.archive.run import finish, prepare
from rr_tasks.photographs.formats.jpeg.format import JpegFormat
from rr_tasks.photographs.negative import Negative
from rr_tasks.photographs.photograph import Photograph
from rr_tasks.storage.folders import open_folder
from schemas.archive import Counts, LedgerRow, RestoreParameters

ONE, OTHER = "2019/IMG_1.jpg", "2019/IMG_1.jpg.png"


def run(parameters: RestoreParameters, engine: Any) -> tuple[Counts, LedgerRow]:
    """Restore the archive; return the counts and the row of the only failure."""
    plan = prepare(parameters)
    chunks = [restore_chunk(chunk, parameters, engine) for chunk in plan.chunks]
    counts = finish(parameters, plan, chunks, engine.identity).counts
    output = open_folder(parameters.output)
    rows = [row for chunk in chunk_ids(output) for row in last_rows(output, chunk).values()]
    (failed,) = (row for row in rows if row.status == "failed")
    return counts, failed


@pytest.fixture
def one_converted(unconfined: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Photographs of 21 x 16 are written in another format."""
    develop = Negative.develop

    def convert(self: Negative) -> Photograph:
        suffix = ".png" if self.image.width == 21 else ""
        return replace(develop(self), suffix=suffix)

    monkeypatch.setattr(Negative, "develop", convert)


@pytest.mark.usefixtures("one_converted")
def test_an_output_never_takes_the_name_of_another_photograph(
    parameters: RestoreParameters, archive: Path, engine: Any
) -> None:
    (archive / OTHER).write_bytes((archive / "2019/IMG_3.jpg").read_bytes())
    counts, failed = run(parameters, engine)
    assert counts == Counts(restored=6, failed=1)
    assert failed.path == ONE
    assert f"{OTHER} is another file's name" in failed.reason
    restored = Path(parameters.output)
    assert (restored / OTHER).read_bytes() == (restored / "2019/IMG_3.jpg").read_bytes()


@pytest.mark.usefixtures("unconfined")
def test_an_output_that_does_not_read_back_is_not_written(
    parameters: RestoreParameters, archive: Path, engine: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = (archive / ONE).read_bytes()
    write = JpegFormat.transplant

    def cut_off(self: JpegFormat, encoded: bytes, source: bytes) -> bytes:
        written = write(self, encoded, source)
        return written[:-20] if source == original else written

    monkeypatch.setattr(JpegFormat, "transplant", cut_off)
    counts, failed = run(parameters, engine)
    assert counts == Counts(restored=5, failed=1)
    assert failed.path == ONE
    assert failed.reason == "the restored file cannot be decoded"
    assert not Path(parameters.output, ONE).exists()
    copying = parameters.model_copy(update={"copy_failed": True})
    assert run(copying, engine)[1].reason == failed.reason
    assert Path(parameters.output, ONE).read_bytes() == original
