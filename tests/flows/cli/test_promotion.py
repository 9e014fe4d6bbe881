"""`rr promote` on one held-out photograph."""

import shutil
from pathlib import Path

import cv2
import pytest

from flows import promote
from rr_tasks.weights.file import locate_shipped
from schemas.promotion import Verdict
from tests.commands import Rr, only_error


def test_only_better_weights_are_put_into_use(
    rr: Rr, photographs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    heldout, work = tmp_path / "heldout", tmp_path / "work"
    heldout.mkdir()
    picture = cv2.imread(str(next(photographs.iterdir())))
    cv2.imwrite(str(heldout / "one.png"), picture)
    candidate = tmp_path / "candidate.safetensors"
    shutil.copy(locate_shipped("edge-restorer"), candidate)
    shown = " ".join(rr("promote", candidate, heldout, work).stdout.split())
    assert "the candidate is the champion already" in shown
    assert f"In use {locate_shipped('edge-restorer')}" in shown
    assert not (work / "champions").exists()
    loss = Verdict(promoted=False, reason="kept", champion_psnr=2.0, candidate_psnr=1.0)
    monkeypatch.setattr(promote, "compare", lambda *_: loss)
    rr("promote", candidate, heldout, work, code=1)
    win = Verdict(promoted=True, reason="promoted: it won", champion_psnr=1.0, candidate_psnr=2.0)
    monkeypatch.setattr(promote, "compare", lambda *_: win)
    shown = " ".join(rr("promote", candidate, heldout, work).stdout.split())
    champion = work / "champions" / "edge-restorer.safetensors"
    assert "candidate 2.00 dB, in use so far 1.00 dB Verdict promoted: it won" in shown
    assert f"In use {champion}" in shown
    assert champion.read_bytes() == candidate.read_bytes()
    shown = " ".join(rr("promote", "--back", work, "--note", "it hums").stdout.split())
    assert f"In use {champion} Ledger {champion.with_suffix('.jsonl')}" in shown
    assert champion.read_bytes() == Path(locate_shipped("edge-restorer")).read_bytes()
    assert "it hums" in champion.with_suffix(".jsonl").read_text()
    assert "no promotion that could be taken back" in only_error(
        rr("promote", "--back", work, code=1)
    )
    missing = tmp_path / "none.safetensors"
    assert str(missing) in only_error(rr("promote", missing, heldout, work, code=1))


def test_what_is_left_out_is_named(rr: Rr, tmp_path: Path) -> None:
    assert "or --back OUTPUT" in rr("promote", "weights", tmp_path, code=2).stderr
    refused = rr("promote", "weights", "--back", tmp_path, code=2).stderr
    assert "takes neither a candidate nor --gate" in refused


def test_a_gate_without_anybody_to_ask_is_one_line(
    rr: Rr, photographs: Path, tmp_path: Path
) -> None:
    command = ("promote", locate_shipped("edge-restorer"), photographs, tmp_path, "--gate")
    assert "leave out --gate" in only_error(rr(*command, code=1))
    assert not list(tmp_path.iterdir())
