from typing import Any

import pytest

from rr_tasks.archive.resume import Maker, content_hash, is_finished, settings_hash
from rr_tasks.storage.status import Status
from schemas.archive import LedgerRow, PlanItem, RestoreParameters

ITEM = PlanItem(path="a.jpg", size=10, mtime_ns=20)
MAKER = Maker("engine-1", "0" * 16)
ROW = LedgerRow(
    path="a.jpg",
    status="restored",
    engine="engine-1",
    settings="0" * 16,
    size=10,
    mtime_ns=20,
    output_size=3,
    output_hash=content_hash(b"abc"),
)


OUTPUT = Status(size=3, mtime_ns=30)


def test_finished_when_all_is_as_it_was() -> None:
    assert is_finished(ROW, ITEM, MAKER, OUTPUT)
    clean = ROW.model_copy(update={"status": "clean"})
    assert is_finished(clean, ITEM, MAKER, OUTPUT)


@pytest.mark.parametrize(
    "change",
    [
        {"status": "failed"},
        {"engine": "engine-2"},
        {"settings": "1" * 16},
        {"size": 11},
        {"mtime_ns": 21},
        {"output_size": 4},
        {"output_size": None},
    ],
)
def test_redone_when_anything_differs(change: dict[str, object]) -> None:
    assert not is_finished(ROW.model_copy(update=change), ITEM, MAKER, OUTPUT)


def test_redone_without_an_output() -> None:
    assert not is_finished(ROW, ITEM, MAKER, None)


def test_only_settings_that_decide_outputs_are_hashed() -> None:
    plain = RestoreParameters(input="a", output="b")
    same = RestoreParameters(input="c", output="d", chunk_size=3, previews=0, recheck=True)
    assert settings_hash(plain) == settings_hash(same)
    changes: list[dict[str, Any]] = [
        {"keep": ("haze",)},
        {"threshold": 20.0},
        {"certainty": 0.5},
        {"strength": 0.5},
        {"strengths": {"haze": 0.5}},
        {"edit_prior": {"haze.severity": 0.0}},
        {"verify": False},
        {"allow_loss": True},
        {"salvage": True},
    ]
    kept = plain.model_copy(update={"strengths": {"haze": 0.0}})
    assert settings_hash(kept) == settings_hash(plain.model_copy(update=changes[0]))
    other = {settings_hash(plain.model_copy(update=change)) for change in changes}
    assert len(other | {settings_hash(plain)}) == 1 + len(changes)
