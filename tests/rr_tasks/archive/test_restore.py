import os
import threading
import time
import weakref
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import pyvips
import torch

from rr_tasks.archive import restore
from rr_tasks.archive.ledger import last_rows
from rr_tasks.archive.plan import chunk_ids
from rr_tasks.archive.reconcile import CountsDisagreeError, reconcile
from rr_tasks.archive.restore import restore_chunk
from rr_tasks.archive.run import prepare
from rr_tasks.photographs import confined as decoding
from rr_tasks.photographs.negative import Negative
from rr_tasks.storage.folders import open_folder
from schemas.archive import Counts, LedgerRow, RestoreParameters
from schemas.prior.migrations import load_prior
from tests.profiles import P3


def run(parameters: RestoreParameters, engine: Any) -> Counts:
    plan = prepare(parameters)
    return sum((restore_chunk(chunk, parameters, engine) for chunk in plan.chunks), Counts())


def rows(parameters: RestoreParameters) -> dict[str, LedgerRow]:
    found: dict[str, LedgerRow] = {}
    output = open_folder(parameters.output)
    for chunk in chunk_ids(output):
        found |= last_rows(output, chunk)
    return found


def tree(root: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(root)): path.read_bytes()
        for path in root.rglob("*")
        if path.is_file() and "_rr" not in path.parts
    }


def test_restores_everything_beside_its_diagnosis(
    parameters: RestoreParameters, archive: Path, engine: Any
) -> None:
    originals = tree(archive)
    assert run(parameters, engine) == Counts(restored=6)
    output = tree(Path(parameters.output))
    assert set(output) == set(originals) | {f"{name}.prior.json" for name in originals}
    assert tree(archive) == originals
    for name, data in originals.items():
        before = pyvips.Image.new_from_buffer(data, "").numpy().astype(int)
        after = pyvips.Image.new_from_buffer(output[name], "").numpy().astype(int)
        assert np.abs(before - before // 4 - after).max() <= 8
        assert load_prior(output[f"{name}.prior.json"]).noise.severity == 40.0
    row = rows(parameters)["2019/IMG_1.jpg"]
    assert row.output_size == len(output["2019/IMG_1.jpg"])
    assert row.severities == {"noise": 40.0}


def test_resuming_computes_nothing(
    parameters: RestoreParameters, engine: Any, engine_like: Any
) -> None:
    run(parameters, engine)
    before = tree(Path(parameters.output))
    again = engine_like()
    assert run(parameters, again) == Counts(skipped=6)
    assert again.diagnosed == []
    assert tree(Path(parameters.output)) == before


def test_missing_and_damaged_outputs_are_redone(
    parameters: RestoreParameters, engine: Any, engine_like: Any
) -> None:
    run(parameters, engine)
    output = Path(parameters.output)
    before = tree(output)
    (output / "2019/IMG_1.jpg").unlink()
    os.truncate(output / "2019/IMG_3.jpg", 100)
    data = bytearray(before["2019/IMG_5.jpg"])
    data[-10] ^= 1
    (output / "2019/IMG_5.jpg").write_bytes(data)
    again = engine_like()
    assert run(parameters, again) == Counts(restored=2, skipped=4)
    assert len(again.diagnosed) == 2
    verified = parameters.model_copy(update={"recheck": True})
    assert run(verified, engine_like()) == Counts(restored=1, skipped=5)
    assert tree(output) == before


def test_another_engine_or_setting_redoes_everything(
    parameters: RestoreParameters, engine: Any, engine_like: Any
) -> None:
    run(parameters, engine)
    assert run(parameters, engine_like("double-2")) == Counts(restored=6)
    other = parameters.model_copy(update={"keep": ("haze",)})
    assert run(other, engine_like("double-2")) == Counts(restored=6)


def test_a_grown_archive_costs_only_what_is_new(
    parameters: RestoreParameters, archive: Path, engine: Any, engine_like: Any, make: Any
) -> None:
    run(parameters, engine)
    (archive / "2019" / "A new ünïcode.png").write_bytes(make.png(make.scene(9, 7)))
    (archive / "2019" / "IMG_1.jpg").write_bytes(make.jpeg(make.scene(11, 7)))
    (archive / "2019" / "IMG_3.jpg").unlink()
    again = engine_like()
    assert run(parameters, again) == Counts(restored=2, skipped=4)
    assert sorted(again.diagnosed) == [(7, 9, 3), (7, 11, 3)]
    output = pyvips.Image.new_from_file(f"{parameters.output}/2019/IMG_1.jpg", revalidate=True)
    assert output.width == 11


@pytest.mark.parametrize("workers", [1, 3])
def test_so_many_photographs_are_restored_at_the_same_time_and_progress_is_told(
    parameters: RestoreParameters, engine_like: Any, workers: int
) -> None:
    told: list[tuple[Counts, int]] = []
    lock = threading.Lock()
    at_work = most = 0

    class Watched(engine_like):  # type: ignore[misc]
        def diagnose(self, pixels: Any) -> Any:
            nonlocal at_work, most
            with lock:
                at_work += 1
                most = max(most, at_work)
            assert torch.get_num_threads() == 1
            time.sleep(0.3)
            with lock:
                at_work -= 1
            return super().diagnose(pixels)

    asked = parameters.model_copy(update={"workers": workers, "chunk_size": 100})
    chunk = prepare(asked).chunks[0]
    counts = restore_chunk(chunk, asked, Watched(), on_progress=lambda *now: told.append(now))
    assert most == workers
    assert [so_far.total for so_far, _ in told] == [1, 2, 3, 4, 5, 6]
    assert told[-1][0].restored == counts.restored == 6
    assert told[-1][1] == sum(16 * width for width in range(20, 26))


@pytest.mark.usefixtures("unconfined")
@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("slow", ["engine", "encoder"])
def test_never_more_decoded_photographs_than_the_window(
    parameters: RestoreParameters,
    engine: Any,
    make: Any,
    monkeypatch: pytest.MonkeyPatch,
    slow: str,
    workers: int,
) -> None:
    for number in range(24):
        Path(parameters.input, f"{number}.jpg").write_bytes(make.jpeg(make.scene(16, 16)))
    alive: weakref.WeakSet[Any] = weakref.WeakSet()
    peak = 0
    develop, encode = Negative.develop, decoding.encode

    def watched(self: Negative) -> Any:
        nonlocal peak
        photograph = develop(self)
        alive.add(photograph)
        peak = max(peak, len(alive))
        return photograph

    def slow_restore(pixels: Any, prior: Any) -> Any:
        del prior
        time.sleep(0.02 if slow == "engine" else 0.0)
        return pixels - pixels // 4

    def slow_encode(photograph: Any, pixels: Any) -> bytes:
        time.sleep(0.02 if slow == "encoder" else 0.0)
        return encode(photograph, pixels)

    monkeypatch.setattr(engine, "restore", slow_restore)
    monkeypatch.setattr(Negative, "develop", watched)
    monkeypatch.setattr(decoding, "encode", slow_encode)
    asked = parameters.model_copy(update={"chunk_size": 100, "workers": workers})
    plan = prepare(asked)
    assert restore_chunk(plan.chunks[0], asked, engine).restored == 30
    # those that have just been finished may not be swept up yet
    assert workers < peak <= workers + restore.WAITING_IMAGES + workers


def test_the_previews_that_rows_name_are_there(
    parameters: RestoreParameters, engine: Any, engine_like: Any
) -> None:
    few = parameters.model_copy(update={"previews": 2})
    for one, sides in (
        (engine, {"before", "after"}),
        (engine_like("still", noise=0.0), {"before"}),
    ):
        run(few, one)
        stems = {row.preview for row in rows(few).values() if row.preview}
        assert len(stems) >= 2
        names = {path.stem for path in Path(few.output, "_rr", "previews").iterdir()}
        assert {f"{stem}-{side}" for stem in stems for side in sides} <= names


def test_counts_that_disagree_are_an_error() -> None:
    reconcile(4, Counts(restored=1, clean=1, skipped=1, failed=1))
    with pytest.raises(CountsDisagreeError, match="5 photographs found"):
        reconcile(5, Counts(restored=4))


def test_an_ignored_profile_is_noted_and_a_respected_one_is_not(
    parameters: RestoreParameters, archive: Path, engine: Any, make: Any
) -> None:
    plain = make.jpeg(make.scene())
    (archive / "damaged.jpg").write_bytes(make.insert_profile(plain, P3.icc[:200]))
    (archive / "wide.jpg").write_bytes(make.insert_profile(plain, P3.icc))
    assert run(parameters, engine) == Counts(restored=8)
    found = rows(parameters)
    reason = found["damaged.jpg"].reason
    assert reason
    assert reason.startswith("its colour profile is damaged")
    assert found["wide.jpg"].reason is None
    output = pyvips.Image.new_from_file(f"{parameters.output}/wide.jpg", revalidate=True)
    assert output.get("icc-profile-data") == P3.icc


def test_a_photograph_with_a_profile_that_needs_nothing_stays_byte_for_byte(
    parameters: RestoreParameters, archive: Path, engine_like: Any, make: Any
) -> None:
    wide = make.insert_profile(make.jpeg(make.scene()), P3.icc)
    (archive / "wide.jpg").write_bytes(wide)
    assert run(parameters, engine_like(noise=0.0)) == Counts(clean=7)
    assert tree(Path(parameters.output))["wide.jpg"] == wide


@pytest.mark.parametrize("noise", [40.0, 0.0], ids=["restored", "copied"])
def test_outputs_keep_the_times_of_originals_and_are_finished_all_the_same(
    parameters: RestoreParameters, archive: Path, engine_like: Any, noise: float
) -> None:
    for path in archive.rglob("*.jpg"):
        os.utime(path, ns=(10**18, 946_684_800_000_000_007))
    assert run(parameters, engine_like(noise=noise)).total == 6
    outputs = list(Path(parameters.output).glob("20*/**/*.jpg"))
    assert {path.stat().st_mtime_ns for path in outputs} == {946_684_800_000_000_007}
    os.utime(outputs[0])
    assert run(parameters, engine_like(noise=noise)) == Counts(skipped=6)


def test_the_longest_names_are_restored_beside_their_diagnoses(
    parameters: RestoreParameters, archive: Path, engine: Any, make: Any
) -> None:
    for name in ("霞" * 82 + ".jpg", "x" * 245 + ".jpg", "x" * 246 + ".jpg"):
        (archive / name).write_bytes(make.jpeg(make.scene(9, 7)))
    assert run(parameters, engine) == Counts(restored=9)
    assert len(list(Path(parameters.output).rglob("*.prior.json"))) == 9
