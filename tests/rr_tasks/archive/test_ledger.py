import os
from pathlib import Path

import pytest

from rr_tasks.archive.ledger import Ledger, last_rows
from rr_tasks.archive.storage import WriteFailedError
from schemas.archive import LedgerRow


def row(path: str, status: str = "restored", **others: object) -> LedgerRow:
    return LedgerRow.model_validate(
        {
            "path": path,
            "status": status,
            "engine": "e",
            "settings": "0" * 16,
            "size": 1,
            "mtime_ns": 2,
            **others,
        }
    )


def test_the_last_row_counts(tmp_path: Path) -> None:
    path = tmp_path / "ledger" / "00000.jsonl"
    with Ledger(path) as ledger:
        ledger.append(row("a", "failed", reason="broken"))
        ledger.append(row("ü\u2028\n", severities={"haze": 12.5}))
    with Ledger(path) as ledger:
        ledger.append(row("a", output_size=3, seconds=0.5))
    assert last_rows(path) == {
        "a": row("a", output_size=3, seconds=0.5),
        "ü\u2028\n": row("ü\u2028\n", severities={"haze": 12.5}),
    }


def test_a_row_is_on_disk_at_once(tmp_path: Path) -> None:
    with Ledger(tmp_path / "l.jsonl") as ledger:
        ledger.append(row("a"))
        assert list(last_rows(tmp_path / "l.jsonl")) == ["a"]


def test_a_torn_line_costs_only_its_own_row(tmp_path: Path) -> None:
    path = tmp_path / "l.jsonl"
    with Ledger(path) as ledger:
        ledger.append(row("a"))
        ledger.append(row("b"))
    os.truncate(path, path.stat().st_size - 7)
    assert list(last_rows(path)) == ["a"]
    with Ledger(path) as ledger:
        ledger.append(row("c"))
    assert list(last_rows(path)) == ["a", "c"]


def test_no_ledger_has_no_rows(tmp_path: Path) -> None:
    assert last_rows(tmp_path / "none.jsonl") == {}


def test_a_ledger_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "l.jsonl").mkdir()
    with pytest.raises(WriteFailedError, match=r"l\.jsonl"):
        Ledger(tmp_path / "l.jsonl")
