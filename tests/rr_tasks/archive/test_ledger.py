import json
import os
from pathlib import Path

import pytest

from rr_tasks.archive import ledger as ledgers
from rr_tasks.archive.layout import ledger, ledger_parts
from rr_tasks.archive.ledger import DamagedLedgerError, last_rows, open_ledger
from rr_tasks.storage.failure import StorageError, StorageStoppedError
from rr_tasks.storage.folder import Folder
from rr_tasks.storage.folders import open_folder
from schemas.archive import LedgerRow
from schemas.prior.current import DiagnosticPrior
from tests.s3 import S3
from tests.versions import as_version_1, as_version_2

CHUNK = "00003"


@pytest.fixture(params=["disk", "s3"])
def output(request: pytest.FixtureRequest, tmp_path: Path) -> Folder:
    if request.param == "disk":
        return open_folder(str(tmp_path))
    s3: S3 = request.getfixturevalue("s3")
    return open_folder(s3.url)


@pytest.fixture
def disk(tmp_path: Path) -> Folder:
    return open_folder(str(tmp_path))


@pytest.fixture
def bucket(s3: S3) -> Folder:
    return open_folder(s3.url)


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


def test_the_last_row_counts(output: Folder) -> None:
    with open_ledger(output, CHUNK) as opened:
        opened.append(row("a", "failed", reason="broken"))
        opened.append(row("ü\u2028\n", severities={"haze": 12.5}))
    with open_ledger(output, CHUNK) as opened:
        opened.append(row("a", output_size=3, seconds=0.5))
    assert last_rows(output, CHUNK) == {
        "a": row("a", output_size=3, seconds=0.5),
        "ü\u2028\n": row("ü\u2028\n", severities={"haze": 12.5}),
    }
    assert last_rows(output, "00004") == {}
    assert output.names(ledger_parts(CHUNK)) == []
    first = output.read(ledger(CHUNK)).partition(b"\n")[0]
    assert first.startswith(b'{"schema_version":1,"path":')


def test_rows_without_a_version_are_of_the_first(output: Folder) -> None:
    old = row("a").model_dump_json(exclude_defaults=True)
    output.write(ledger(CHUNK), f"{old}\n".encode())
    assert "schema_version" not in old
    assert last_rows(output, CHUNK) == {"a": row("a")}


def test_rows_of_a_later_version_are_not_taken_for_torn_ones(output: Folder) -> None:
    new = row("a").model_dump_json().replace('"schema_version":1', '"schema_version":2')
    output.write(ledger(CHUNK), f"{new}\n".encode())
    with pytest.raises(DamagedLedgerError, match=rf"{CHUNK}\.jsonl holds a row .* update"):
        last_rows(output, CHUNK)


def test_priors_of_older_versions_are_migrated_and_those_of_newer_ones_refused(
    disk: Folder, prior: DiagnosticPrior
) -> None:
    new, old = row("a", prior=prior), json.loads(row("a").model_dump_json())
    for document in (as_version_1(prior), as_version_2(prior)):
        line = json.dumps({**old, "prior": document})
        disk.write(ledger(CHUNK), f"{line}\n".encode())
        assert last_rows(disk, CHUNK) == {"a": new}
    line = json.dumps({**old, "prior": {**as_version_2(prior), "schema_version": 9}})
    disk.write(ledger(CHUNK), f"{line}\n".encode())
    with pytest.raises(DamagedLedgerError, match=r"cannot read \(prior.schema_version: "):
        last_rows(disk, CHUNK)


def test_on_a_disk_a_row_is_there_at_once(disk: Folder) -> None:
    with open_ledger(disk, CHUNK) as opened:
        opened.append(row("a"))
        assert list(last_rows(disk, CHUNK)) == ["a"]


def test_a_torn_line_costs_only_its_own_row(disk: Folder) -> None:
    path = Path(disk.at(ledger(CHUNK)))
    with open_ledger(disk, CHUNK) as opened:
        opened.append(row("a"))
        opened.append(row("b"))
    os.truncate(path, path.stat().st_size - 7)
    assert list(last_rows(disk, CHUNK)) == ["a"]
    with open_ledger(disk, CHUNK) as opened:
        opened.append(row("c"))
    assert list(last_rows(disk, CHUNK)) == ["a", "c"]


def test_a_ledger_that_cannot_be_written_is_named(disk: Folder) -> None:
    path = Path(disk.at(ledger(CHUNK)))
    path.mkdir(parents=True)
    with pytest.raises(StorageError, match=rf"{CHUNK}\.jsonl"):
        open_ledger(disk, CHUNK)


def test_an_interrupted_run_adds_no_row_later(disk: Folder) -> None:
    with open_ledger(disk, "00000") as ledger:
        ledger.append(row("a.png"))
    with pytest.raises(StorageStoppedError, match="the run was stopped"):
        ledger.append(row("b.png"))
    assert set(last_rows(disk, "00000")) == {"a.png"}


def numbers(output: Folder) -> list[str]:
    return [name.removesuffix(".jsonl") for name in output.names(ledger_parts(CHUNK))]


def test_rows_are_put_in_parts_by_number_or_by_time(
    bucket: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledgers, "PART_ROWS", 2)
    opened = open_ledger(bucket, CHUNK)
    for name in "abc":
        opened.append(row(name))
    assert list(last_rows(bucket, CHUNK)) == ["a", "b"]
    monkeypatch.setattr(ledgers, "PART_SECONDS", 0.0)
    opened.append(row("d"))
    assert list(last_rows(bucket, CHUNK)) == ["a", "b", "c", "d"]
    assert numbers(bucket) == ["0000000", "0000001"]
    open_ledger(bucket, CHUNK).append(row("a", "failed"))  # after a kill
    assert numbers(bucket) == ["0000000", "0000001", "0000002"]
    assert last_rows(bucket, CHUNK)["a"].status == "failed"


def test_a_run_that_was_only_paused_loses_no_row(bucket: Folder) -> None:
    with open_ledger(bucket, CHUNK) as paused, open_ledger(bucket, CHUNK) as other:
        paused.append(row("a"))
        other.append(row("b"))
    assert set(last_rows(bucket, CHUNK)) == {"a", "b"}


def test_parts_that_a_killed_run_left_are_joined(
    bucket: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledgers, "PART_ROWS", 1)
    opened = open_ledger(bucket, CHUNK)
    opened.append(row("a", "failed"))
    opened.append(row("a"))
    with open_ledger(bucket, CHUNK):
        pass
    assert bucket.names(ledger_parts(CHUNK)) == []
    assert last_rows(bucket, CHUNK) == {"a": row("a")}


def test_what_stops_a_run_costs_no_row(bucket: Folder) -> None:
    def interrupted() -> None:
        with open_ledger(bucket, CHUNK) as opened:
            opened.append(row("a"))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert list(last_rows(bucket, CHUNK)) == ["a"]
