import errno
import os
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import pyvips

from rr_tasks.archive import previews
from rr_tasks.archive.ledger import last_rows
from rr_tasks.archive.plan import chunk_ids
from rr_tasks.archive.restore import restore_chunk
from rr_tasks.archive.resume import content_hash
from rr_tasks.archive.run import prepare
from rr_tasks.storage.failure import StorageStoppedError
from rr_tasks.storage.folders import open_folder
from schemas.archive import Counts, LedgerRow, RestoreParameters
from schemas.prior.migrations import load_prior


def run(parameters: RestoreParameters, engine: Any) -> Counts:
    plan = prepare(parameters)
    return sum((restore_chunk(chunk, parameters, engine) for chunk in plan.chunks), Counts())


def rows(parameters: RestoreParameters) -> dict[str, LedgerRow]:
    found: dict[str, LedgerRow] = {}
    output = open_folder(parameters.output)
    for chunk in chunk_ids(output):
        found |= last_rows(output, chunk)
    return found


def test_one_bad_photograph_never_stops_the_others(
    parameters: RestoreParameters, archive: Path, engine: Any, make: Any
) -> None:
    whole = make.jpeg(make.scene(200, 100))
    (archive / "0 empty.jpg").write_bytes(b"")
    (archive / "1 truncated.jpg").write_bytes(whole[: len(whole) // 2])
    (archive / "2 text.jpg").write_text("Dear diary")
    (archive / "3 lost.jpg").symlink_to(archive / "nowhere.jpg")
    (archive / "4 huge.jpg").write_bytes(whole)
    small = parameters.model_copy(update={"max_pixels": 10_000})
    assert run(small, engine) == Counts(restored=6, failed=5)
    reasons = {name: row.reason for name, row in rows(small).items() if row.status == "failed"}
    assert reasons["0 empty.jpg"] == "the file is empty"
    assert reasons["1 truncated.jpg"] is not None
    assert "truncated" in reasons["1 truncated.jpg"] or "limit" in reasons["1 truncated.jpg"]
    assert "not an image" in (reasons["2 text.jpg"] or "")
    assert "gone" in (reasons["3 lost.jpg"] or "")
    assert "limit of 10000" in (reasons["4 huge.jpg"] or "")
    assert not list(Path(small.output).rglob("*.part"))


def test_failures_are_tried_again(
    parameters: RestoreParameters, archive: Path, engine: Any, engine_like: Any
) -> None:
    class Moody(engine_like):  # type: ignore[misc]
        def diagnose(self, pixels: Any) -> Any:
            if pixels.shape[1] == 22:
                raise MemoryError
            if pixels.shape[1] == 23:
                raise ValueError("out of range\nat line 3")
            return super().diagnose(pixels)

        def restore(self, pixels: Any, prior: Any) -> Any:
            restored = super().restore(pixels, prior)
            if pixels.shape[1] == 24:
                return restored[:-1]
            return restored.astype(np.float32) if pixels.shape[1] == 25 else restored

    assert run(parameters, Moody()) == Counts(restored=2, failed=4)
    failed = {row.reason for row in rows(parameters).values() if row.status == "failed"}
    assert failed == {
        "there is not enough memory for it",
        "ValueError: out of range",
        "the restorer returned (15, 24, 3) uint8 for (16, 24, 3) uint8",
        "the restorer returned (16, 25, 3) float32 for (16, 25, 3) uint8",
    }
    assert run(parameters, engine) == Counts(restored=4, skipped=2)


def test_a_photograph_that_vanishes_during_the_run_is_counted(
    parameters: RestoreParameters, archive: Path, engine: Any
) -> None:
    plan = prepare(parameters)
    (archive / "2019" / "IMG_1.jpg").unlink()
    counts = sum((restore_chunk(c, parameters, engine) for c in plan.chunks), Counts())
    assert counts == Counts(restored=5, failed=1)


def test_a_full_disk_stops_the_run_and_it_can_be_resumed(
    parameters: RestoreParameters, engine: Any, engine_like: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    parameters = parameters.model_copy(update={"workers": 1})  # the first one is written whole
    plan = prepare(parameters)
    threads = set(threading.enumerate())
    calls = []
    fsync = os.fsync

    def full(number: int) -> None:
        calls.append(number)
        if len(calls) > 8:
            raise OSError(errno.ENOSPC, "No space left on device")
        fsync(number)

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StorageStoppedError, match="No space left"):
        [restore_chunk(chunk, parameters, engine) for chunk in plan.chunks]
    monkeypatch.undo()
    assert set(threading.enumerate()) <= threads
    assert not list(Path(parameters.output).rglob("*.part"))
    counts = run(parameters, engine_like())
    assert counts.failed == 0
    assert counts.total == 6
    assert 0 < counts.skipped < 6


def test_an_interrupt_ends_all_threads(parameters: RestoreParameters, engine_like: Any) -> None:
    class Interrupted(engine_like):  # type: ignore[misc]
        def restore(self, pixels: Any, prior: Any) -> Any:
            raise KeyboardInterrupt

    plan = prepare(parameters)
    threads = set(threading.enumerate())
    with pytest.raises(KeyboardInterrupt):
        restore_chunk(plan.chunks[0], parameters, Interrupted())
    deadline = time.monotonic() + 10  # what has begun is not waited for
    while not set(threading.enumerate()) <= threads:
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_link_in_the_output_never_leads_back_to_an_original(
    parameters: RestoreParameters, engine_like: Any
) -> None:
    prepare(parameters)
    originals = {path: path.read_bytes() for path in Path(parameters.input).rglob("*.jpg")}
    Path(parameters.output, "2019").symlink_to(Path(parameters.input, "2019").resolve())
    counts = run(parameters, engine_like())
    assert (counts.restored, counts.failed) == (3, 3)
    assert {path: path.read_bytes() for path in originals} == originals
    assert not list(Path(parameters.input).rglob("*.json"))


def test_a_preview_that_fails_does_not_cost_the_photograph(
    parameters: RestoreParameters, engine: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> bytes:
        raise pyvips.Error("no such operation")

    monkeypatch.setattr(previews, "_small", fail)
    assert run(parameters, engine) == Counts(restored=6)
    (row, *_) = rows(parameters).values()
    assert (row.preview, row.reason) == (None, "no preview: Error: no such operation")
    assert run(parameters, engine) == Counts(skipped=6)


def test_an_older_output_stays_only_if_it_is_of_the_same_original(
    parameters: RestoreParameters, archive: Path, engine: Any, engine_like: Any
) -> None:
    class Broken(engine_like):  # type: ignore[misc]
        def restore(self, pixels: Any, prior: Any) -> Any:
            raise ValueError("out of range")

    run(parameters, engine)
    output, same, changed = Path(parameters.output), "2019/IMG_1.jpg", "2019/IMG_3.jpg"
    before = rows(parameters)[same]
    (archive / changed).write_bytes((archive / same).read_bytes())
    for _ in range(2):  # the second time, its last row is of a failure
        assert run(parameters, Broken("double-2")) == Counts(failed=6)
        row = rows(parameters)[same]
        assert (row.status, row.output_hash) == ("failed", before.output_hash)
        assert content_hash((output / same).read_bytes()) == before.output_hash
        assert (output / f"{same}.prior.json").exists()
        assert not (output / changed).exists()
        assert load_prior((output / f"{changed}.prior.json").read_bytes()).image.width == 21
        assert rows(parameters)[changed].output_hash is None
    assert run(parameters, engine_like("double-2")) == Counts(restored=6)


def test_an_older_output_that_cannot_be_removed_is_told(
    parameters: RestoreParameters, archive: Path, engine: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(parameters, engine)
    (archive / "2019" / "IMG_1.jpg").write_bytes(b"")

    unlink = Path.unlink

    def refuse(self: Path, missing_ok: bool = False) -> None:
        if "_rr" not in self.parts:
            raise PermissionError(errno.EACCES, "Permission denied")
        unlink(self, missing_ok)

    plan = prepare(parameters)
    monkeypatch.setattr(Path, "unlink", refuse)
    counts = [restore_chunk(chunk, parameters, engine) for chunk in plan.chunks]
    assert sum(counts, Counts()) == Counts(skipped=5, failed=1)
    reason = rows(parameters)["2019/IMG_1.jpg"].reason or ""
    assert reason.startswith("the file is empty; an older output cannot be removed: ")
    assert "Permission denied" in reason
