import json
import os
from pathlib import Path
from typing import Any

import pytest

from rr_tasks.archive import layout
from rr_tasks.archive.check import FolderError
from rr_tasks.archive.companions import copy_companions
from rr_tasks.archive.restore import restore_chunk
from rr_tasks.archive.resume import hash_file
from rr_tasks.archive.run import finish, prepare
from rr_tasks.archive.status import inspect_archive
from rr_tasks.archive.undo import undo
from rr_tasks.storage.files import list_paths, publish_bytes
from rr_tasks.storage.held import HeldError, claim_url
from rr_tasks.storage.local_folder import LocalFolder
from rr_tasks.storage.process import sign_of
from schemas.archive import Counts, LedgerRow, RestoreParameters
from schemas.claim import Claim
from schemas.prior.migrations import load_prior
from schemas.status import UndoSummary
from tests.s3 import S3
from tests.versions import as_version_2


def run(parameters: RestoreParameters, engine: Any) -> Counts:
    plan = prepare(parameters)
    chunks = [restore_chunk(chunk, parameters, engine) for chunk in plan.chunks]
    copied = copy_companions(parameters)
    return finish(parameters, plan, chunks, engine.identity, copied=copied).counts


def files(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*")}


def test_all_that_was_made_is_removed_and_nothing_else(
    parameters: RestoreParameters, archive: Path, engine: Any, engine_like: Any, make: Any
) -> None:
    (archive / "2019" / "IMG_1.xmp").write_text("<x:xmpmeta/>")
    (archive / "2019" / "IMG_3.xmp").write_text("<x:xmpmeta/>")
    (archive / "broken.jpg").write_bytes(b"\xff\xd8\xff")
    originals = {path: path.read_bytes() for path in archive.rglob("*") if path.is_file()}
    asked = parameters.model_copy(update={"copy_failed": True, "companions": True})
    run(asked, engine)
    run(asked, engine_like("double-2", noise=0.0))  # copies, which replace what was restored
    output = Path(parameters.output)
    (output / "2019" / "IMG_1.jpg").write_bytes(make.jpeg(make.scene(30, 30)))
    (output / "2019" / "IMG_3.jpg.prior.json").write_text("{}")
    (output / "2019" / "IMG_3.xmp").write_text("rated")
    (output / "notes.txt").write_text("mine")
    kept = {"2019/IMG_1.jpg", "2019/IMG_3.jpg.prior.json", "2019/IMG_3.xmp"}
    undone = undo(parameters.output)
    assert undone == UndoSummary(
        output=parameters.output,
        photographs=6,
        diagnoses=5,
        companions=1,
        changed=tuple(sorted(kept)),
    )
    assert files(output) == {"2019", "notes.txt", *kept}
    assert {path: path.read_bytes() for path in originals} == originals
    with pytest.raises(FolderError, match="holds no restored archive"):
        undo(parameters.output)


def test_an_undo_that_was_killed_can_be_repeated(
    parameters: RestoreParameters, engine: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(parameters, engine)
    remove, output = LocalFolder.remove, Path(parameters.output)
    removed = kills = 0

    def dying(self: LocalFolder, path: str) -> None:
        nonlocal removed
        removed += 1
        if removed % 4 == 0:
            raise KeyboardInterrupt
        remove(self, path)

    monkeypatch.setattr(LocalFolder, "remove", dying)
    while (output / layout.SOURCE).exists():
        try:
            undo(parameters.output)
        except KeyboardInterrupt:
            kills += 1
    assert kills > 5
    assert files(output) <= {layout.OWN, layout.CLAIMS, layout.LEDGER, layout.PLAN}


def test_an_earlier_runs_companions_go_too_and_whatever_is_unknown_is_named(
    parameters: RestoreParameters, archive: Path, engine: Any, make: Any
) -> None:
    for name in ("IMG_1.xmp", "IMG_1.mov", "IMG_3.xmp", "IMG_5.xmp"):
        (archive / "2019" / name).write_text(name)
    output = Path(parameters.output)
    (output / "2019").mkdir(parents=True)
    (output / layout.OWN).mkdir()
    (output / "2019" / "IMG_5.xmp").write_text("IMG_5.xmp")  # as somebody copied it by hand
    run(parameters.model_copy(update={"companions": True}), engine)
    (archive / "2019" / "IMG_1.jpg").write_bytes(make.jpeg(make.scene(30, 30)))
    run(parameters, engine)
    (archive / "2019" / "IMG_3.xmp").unlink()
    ledger = output / layout.ledger("00000")
    *lines, last = ledger.read_bytes().splitlines()
    ledger.write_bytes(b"\n".join(lines))  # as if a run had been killed
    unrecorded = LedgerRow.model_validate_json(last).path
    (output / f"{unrecorded}.png").write_bytes(b"converted")
    undone = undo(parameters.output)
    assert undone.companions == 2
    assert undone.changed == tuple(sorted(("2019/IMG_3.xmp", unrecorded, f"{unrecorded}.png")))
    assert {name for name in files(output) if (output / name).is_file()} == {
        "2019/IMG_3.xmp",
        "2019/IMG_5.xmp",
        unrecorded,
        f"{unrecorded}.png",
    }


def test_a_run_at_work_is_not_disturbed(parameters: RestoreParameters, engine: Any) -> None:
    plan = prepare(parameters)
    restore_chunk(plan.chunks[0], parameters, engine)
    found = inspect_archive(parameters.output)
    assert (found.planned, found.left, found.chunks, found.chunks_left) == (6, 2, 2, 1)
    assert (found.counts, found.running, found.last) == (Counts(restored=4), (), None)
    claim = Claim(host="attic", writer=sign_of(os.getppid()), token="1")
    url = claim_url(f"{parameters.output}/{layout.work('00001')}")
    publish_bytes(claim.model_dump_json().encode(), url)
    (owner,) = inspect_archive(parameters.output).running
    assert owner == f"another run on attic (process {os.getppid()})"
    before = files(Path(parameters.output))
    with pytest.raises(HeldError, match="another run on attic"):
        undo(parameters.output)
    assert files(Path(parameters.output)) == before


def test_the_status_names_failures_losses_and_settings(
    parameters: RestoreParameters, archive: Path, engine: Any
) -> None:
    (archive / "broken.jpg").write_bytes(b"\xff\xd8\xff")
    run(parameters, engine)
    (archive / "2019" / "IMG_1.jpg").write_bytes((archive / "2019" / "IMG_3.jpg").read_bytes())
    prepare(parameters)
    ledger = Path(parameters.output, layout.ledger("00000"))
    rows = map(LedgerRow.model_validate_json, ledger.read_bytes().splitlines())
    row = next(row for row in rows if row.path != "2019/IMG_1.jpg")
    lossy = row.model_copy(update={"lost": ("gain map",)})
    with ledger.open("ab") as file:
        file.write(lossy.model_dump_json(exclude_none=True).encode() + b"\n{torn")
    found = inspect_archive(parameters.output)
    assert found.counts.failed == 1
    assert found.counts.total == found.planned - found.left
    assert (found.planned, found.left, found.chunks_left) == (7, 1, 1)
    (failure,) = found.failures
    assert failure.path == "broken.jpg"
    assert failure.reason
    assert [loss.lost for loss in found.losses] == [("gain map",)]
    assert found.last is not None
    assert found.last.parameters == parameters
    with pytest.raises(FolderError, match="is missing; name the output folder"):
        inspect_archive(str(archive))


def test_ledgers_of_earlier_releases_are_read(parameters: RestoreParameters, engine: Any) -> None:
    run(parameters, engine)
    for path in Path(parameters.output, layout.LEDGER).iterdir():
        rows = [LedgerRow.model_validate_json(line) for line in path.read_bytes().splitlines()]
        new = {"prior", "lost", "output"}
        old = [row.model_dump_json(exclude_none=True, exclude=new).encode() + b"\n" for row in rows]
        path.write_bytes(b"".join(old))
    assert inspect_archive(parameters.output).counts == Counts(restored=6)
    assert undo(parameters.output).diagnoses == 6
    assert files(Path(parameters.output)) == set()


def test_archives_of_the_second_version_of_the_prior_are_resumed_and_undone(
    parameters: RestoreParameters, engine: Any
) -> None:
    run(parameters, engine)
    output = Path(parameters.output)
    for path in (output / layout.LEDGER).iterdir():
        rows = [LedgerRow.model_validate_json(line) for line in path.read_bytes().splitlines()]
        old = [
            {**row.model_dump(mode="json"), "prior": as_version_2(row.prior), "settings": "0" * 16}
            for row in rows
            if row.prior is not None
        ]
        path.write_text("".join(f"{json.dumps(row)}\n" for row in old))
    for path in output.rglob("*.prior.json"):
        path.write_text(json.dumps(as_version_2(load_prior(path.read_bytes())), indent=2))
    assert inspect_archive(parameters.output).counts == Counts(restored=6)
    (output / "2019" / "IMG_1.jpg.prior.json").write_text("{}")
    assert run(parameters.model_copy(update={"only": ("2019/IMG_3.jpg",)}), engine).restored == 1
    undone = undo(parameters.output)
    assert (undone.photographs, undone.diagnoses) == (6, 5)
    assert undone.changed == ("2019/IMG_1.jpg.prior.json",)


def test_in_object_storage(parameters: RestoreParameters, engine: Any, s3: S3) -> None:
    there = parameters.model_copy(update={"output": f"{s3.url}/out"})
    run(there, engine)
    publish_bytes(b"mine", f"{there.output}/notes.txt")
    publish_bytes(b"changed", f"{there.output}/2019/IMG_1.jpg")
    assert inspect_archive(there.output).counts == Counts(restored=6)
    undone = undo(there.output)
    assert (undone.photographs, undone.diagnoses) == (5, 6)
    assert undone.changed == ("2019/IMG_1.jpg",)
    assert list_paths(there.output) == {"notes.txt", "2019/IMG_1.jpg"}


@pytest.mark.parametrize("path", ["../outside/a.jpg", "link/a.jpg"])
def test_a_ledger_that_names_files_outside_removes_none(
    parameters: RestoreParameters, engine: Any, path: str
) -> None:
    run(parameters, engine)
    output = Path(parameters.output)
    outside = output.parent / "outside"
    (outside / "empty").mkdir(parents=True)
    (outside / "a.jpg").write_bytes(b"mine")
    (output / "link").symlink_to(outside)
    ledger = min((output / "_rr" / "ledger").glob("*.jsonl"))
    row = json.loads(ledger.read_text().splitlines()[0])
    digest = hash_file(LocalFolder(str(outside)), "a.jpg")
    crafted = [
        row | {"path": path, "output": None, "output_hash": digest},
        row | {"path": path.replace("a.jpg", "empty/b.jpg"), "output": None},
    ]
    ledger.write_text(ledger.read_text() + "".join(f"{json.dumps(one)}\n" for one in crafted))
    assert path in undo(parameters.output).changed
    assert (outside / "a.jpg").read_bytes() == b"mine"
    assert (outside / "empty").is_dir()
