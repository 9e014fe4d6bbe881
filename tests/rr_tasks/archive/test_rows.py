import json
from pathlib import Path

import pytest

from rr_tasks.archive import rows
from rr_tasks.archive.rows import RowWriter
from rr_tasks.storage.folders import open_folder
from schemas.archive import LedgerRow
from schemas.prior.current import Haze, HazeParameters


def row(number: int, **facts: object) -> LedgerRow:
    return LedgerRow.model_validate(
        {
            "path": f"{number}.jpg",
            "status": "restored",
            "engine": "e",
            "settings": "0" * 16,
            "size": 1,
            "mtime_ns": 1,
            **facts,
        }
    )


def write(folder: Path, count: int) -> tuple[list[str], list[str]]:
    """Return the names in the page, and those in each file beside it."""
    writer = RowWriter(open_folder(str(folder)))
    for number in range(count):
        writer.add(row(number))
    first = json.loads(writer.finish())
    return [cells[0] for cells in first], writer.parts


def test_rows_beyond_the_page_are_in_files_of_bounded_size(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows, "PART_ROWS", 4)
    first, parts = write(tmp_path, 11)
    texts = [(tmp_path / "_rr/rows" / name).read_text() for name in parts]
    lists = [json.loads(text.removeprefix("addRows(").removesuffix(");\n")) for text in texts]
    names = [cells[0] for one in lists for cells in one]
    assert first + names == [f"{number}.jpg" for number in range(11)]
    assert [len(one) for one in lists] == [4, 3]
    assert write(tmp_path, 4) == (first, [])
    assert list((tmp_path / "_rr/rows").iterdir()) == []


def test_a_row_tells_probabilities_losses_and_where_its_output_is(diagnose) -> None:
    parameters = HazeParameters(atmospheric_light=(1.0, 1.0, 1.0), transmission=0.5, beta=1.0)
    haze = Haze(present=True, severity=70.04, probability=0.98765, parameters=parameters)
    prior = diagnose(20, 10, noise=80.0).model_copy(
        update={"haze": haze, "order": ("noise", "haze")}
    )
    found = {"haze": 70.04, "noise": 80.0}
    facts = {"lost": ("page 2", "gain map"), "output": "a.heic.jpg", "output_size": 9}
    cells = rows._cells(row(1, severities=found, prior=prior, **facts))
    assert cells == [
        "1.jpg",
        "restored",
        [("noise", 80.0, None), ("haze", 70.0, 0.988)],
        "page 2; gain map",
        "",
        "a.heic.jpg",
    ]
    assert rows._cells(row(1, status="failed", reason="empty"))[3:] == ["", "empty", None]
