from pathlib import Path

import pytest

from rr_tasks.archive.resume import Maker, content_hash, is_finished, settings_hash
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


@pytest.fixture
def output(tmp_path: Path) -> Path:
    (tmp_path / "a.jpg").write_bytes(b"abc")
    return tmp_path / "a.jpg"


def test_finished_when_all_is_as_it_was(output: Path) -> None:
    assert is_finished(ROW, ITEM, MAKER, output, verify=True)
    clean = ROW.model_copy(update={"status": "clean"})
    assert is_finished(clean, ITEM, MAKER, output, verify=False)


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
def test_redone_when_anything_differs(output: Path, change: dict[str, object]) -> None:
    assert not is_finished(ROW.model_copy(update=change), ITEM, MAKER, output, verify=False)


def test_redone_without_row_or_output(output: Path) -> None:
    assert not is_finished(None, ITEM, MAKER, output, verify=False)
    output.unlink()
    assert not is_finished(ROW, ITEM, MAKER, output, verify=False)


def test_verifying_notices_other_content_of_the_same_size(output: Path) -> None:
    output.write_bytes(b"abd")
    assert is_finished(ROW, ITEM, MAKER, output, verify=False)
    assert not is_finished(ROW, ITEM, MAKER, output, verify=True)


def test_only_settings_that_decide_outputs_are_hashed() -> None:
    plain = RestoreParameters(input="a", output="b")
    same = RestoreParameters(input="c", output="d", chunk_size=3, previews=0, verify=True)
    assert settings_hash(plain) == settings_hash(same)
    other = {
        settings_hash(RestoreParameters(input="a", output="b", keep=("haze",))),
        settings_hash(RestoreParameters(input="a", output="b", threshold=20.0)),
    }
    assert len(other | {settings_hash(plain)}) == 3
