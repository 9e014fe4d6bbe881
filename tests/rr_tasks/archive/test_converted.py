"""Outputs of another format, whose names are longer than those of their originals."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from rr_tasks.archive.ledger import last_rows
from rr_tasks.archive.plan import chunk_ids
from rr_tasks.archive.restore import restore_chunk
from rr_tasks.archive.run import finish, prepare
from rr_tasks.photographs.negative import Negative
from rr_tasks.photographs.photograph import Photograph
from rr_tasks.storage.folders import open_folder
from schemas.archive import Counts, RestoreParameters

ONE, OTHER = "2019/IMG_1.jpg", "2019/IMG_1.jpg.png"


@pytest.fixture
def one_converted(monkeypatch: pytest.MonkeyPatch) -> None:
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
    plan = prepare(parameters)
    chunks = [restore_chunk(chunk, parameters, engine) for chunk in plan.chunks]
    assert finish(parameters, plan, chunks, engine.identity).counts == Counts(restored=6, failed=1)
    output = open_folder(parameters.output)
    found = [row for chunk in chunk_ids(output) for row in last_rows(output, chunk).values()]
    (failed,) = (row for row in found if row.status == "failed")
    assert failed.path == ONE
    assert f"{OTHER} is another file's name" in failed.reason
    restored = Path(parameters.output)
    assert (restored / OTHER).read_bytes() == (restored / "2019/IMG_3.jpg").read_bytes()
