"""The whole job, wherever the two folders lie."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from s3fs import S3FileSystem

from rr_tasks.archive import layout
from rr_tasks.archive.check import FolderError, check_folders
from rr_tasks.archive.ledger import last_rows
from rr_tasks.archive.plan import chunk_ids
from rr_tasks.archive.restore import restore_chunk
from rr_tasks.archive.run import finish, prepare
from rr_tasks.photographs.selection import SYSTEM
from rr_tasks.storage.failure import AccessDeniedError, MissingBucketError, UnreachableStorageError
from rr_tasks.storage.filesystem import filesystem_of
from rr_tasks.storage.folder import Folder
from rr_tasks.storage.folders import open_folder
from rr_tasks.storage.remote_folder import RemoteFolder
from schemas.archive import Counts, LedgerRow, RestoreParameters, RunSummary
from schemas.settings import PREFIX
from tests.s3 import KEY, READER_KEY, READER_SECRET, S3, SECRET

DISK, BUCKET = "disk", "s3"
WAYS = [(DISK, BUCKET), (BUCKET, DISK), (BUCKET, BUCKET)]


@pytest.fixture(params=WAYS, ids=" to ".join)
def asked(
    request: pytest.FixtureRequest, s3: S3, archive: Path, tmp_path: Path
) -> RestoreParameters:
    """Six photographs in two chunks, on the way from one kind of storage to another."""
    source, target = request.param
    output = str(tmp_path / "restored") if target == DISK else f"{s3.url}/restored"
    return RestoreParameters(
        input=str(archive) if source == DISK else copied(archive, f"{s3.url}/photographs"),
        output=output,
        chunk_size=4,
        verify=False,
    )


@pytest.fixture
def on_s3(s3: S3, archive: Path) -> RestoreParameters:
    return RestoreParameters(
        input=copied(archive, f"{s3.url}/photographs"),
        output=f"{s3.url}/restored",
        chunk_size=4,
        verify=False,
    )


def copied(root: Path, url: str) -> str:
    folder = open_folder(url)
    for path in root.rglob("*"):
        if path.is_file():
            folder.write(path.relative_to(root).as_posix(), path.read_bytes())
    return url


def run(parameters: RestoreParameters, engine: Any) -> RunSummary:
    plan = prepare(parameters)
    chunks = [restore_chunk(chunk, parameters, engine) for chunk in plan.chunks]
    return finish(parameters, plan, chunks, engine.identity)


def tree(url: str) -> dict[str, bytes]:
    """Every photograph and diagnosis of a folder."""
    if "://" in url:
        folder: Any = open_folder(url)
        names = [entry.path for entry in folder.entries()]
    else:
        names = [p.relative_to(url).as_posix() for p in Path(url).rglob("*") if p.is_file()]
    return {name: open_folder(url).read(name) for name in names if not name.startswith("_rr/")}


def rows(parameters: RestoreParameters) -> dict[str, LedgerRow]:
    output = open_folder(parameters.output)
    found: dict[str, LedgerRow] = {}
    for chunk in chunk_ids(output):
        found |= last_rows(output, chunk)
    return found


def own(output: Folder) -> list[str]:
    """What is in our own folder at the end of a run, without previews."""
    folders = ("", "/plan", "/ledger", "/ledger/00000", "/ledger/00001")
    return [f"{folder}/{name}" for folder in folders for name in output.names(layout.OWN + folder)]


def test_the_outputs_are_those_of_a_disk(
    asked: RestoreParameters, archive: Path, tmp_path: Path, engine: Any
) -> None:
    (archive / "broken.jpg").write_bytes(b"")
    if "://" in asked.input:
        copied(archive, asked.input)
    originals = tree(asked.input)
    disk = asked.model_copy(update={"input": str(archive), "output": str(tmp_path / "disk")})
    on_disk = run(disk, engine)
    summary = run(asked, engine)
    assert summary.counts == summary.archive == on_disk.counts == Counts(restored=6, failed=1)
    assert tree(asked.output) == tree(disk.output)
    assert tree(asked.input) == originals
    assert {name: row.output_hash for name, row in rows(asked).items()} == {
        name: row.output_hash for name, row in rows(disk).items()
    }
    output = open_folder(asked.output)
    assert set(own(output)) - {"/lock"} == {
        "/failures.csv",
        "/left_out.csv",
        "/report.html",
        "/run.json",
        "/source",
        "/plan/00000.jsonl",
        "/plan/00001.jsonl",
        "/ledger/00000.jsonl",
        "/ledger/00001.jsonl",
    }
    report = output.read(layout.REPORT).decode()
    assert summary.report == output.at(layout.REPORT)
    assert report.startswith("<!doctype html>")
    assert report.count("data:image/jpeg;base64,/9j/") == 12
    assert "broken.jpg,the file is empty" in output.read(layout.FAILURES).decode()
    assert RunSummary.model_validate_json(output.read(layout.SUMMARY)) == summary


def test_a_second_run_does_what_is_new_missing_or_failed(
    asked: RestoreParameters, engine: Any, engine_like: Any, make: Any
) -> None:
    source, output = open_folder(asked.input), open_folder(asked.output)
    source.write("bad.jpg", b"")
    assert run(asked, engine).counts == Counts(restored=6, failed=1)
    again = engine_like()
    assert run(asked, again).counts == Counts(skipped=6, failed=1)
    assert again.diagnosed == []
    source.write("2019/new.png", make.png(make.scene(9, 7)))
    source.write("2019/IMG_1.jpg", make.jpeg(make.scene(11, 8)))
    source.remove("2019/IMG_3.jpg")
    source.write("bad.jpg", make.jpeg(make.scene(13, 9)))
    output.remove("2019/IMG_5.jpg")
    summary = run(asked, again)
    assert summary.counts == Counts(restored=4, skipped=3)
    assert summary.archive == Counts(restored=7)
    assert sorted(again.diagnosed) == [(7, 9, 3), (8, 11, 3), (9, 13, 3), (16, 25, 3)]


def test_verifying_reads_outputs(asked: RestoreParameters, engine: Any) -> None:
    run(asked, engine)
    before = tree(asked.output)
    changed = bytearray(before["2019/IMG_5.jpg"])
    changed[-10] ^= 1
    open_folder(asked.output).write("2019/IMG_5.jpg", bytes(changed))
    assert run(asked, engine).counts == Counts(skipped=6)
    verified = asked.model_copy(update={"recheck": True})
    assert run(verified, engine).counts == Counts(restored=1, skipped=5)
    assert tree(asked.output) == before


def test_a_run_that_finds_everything_done_asks_for_no_single_photograph(
    on_s3: RestoreParameters, engine: Any, make: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def requests(parameters: RestoreParameters) -> Counter[str]:
        sent: Counter[str] = Counter()
        call = S3FileSystem._call_s3

        async def counted(self: Any, method: str, *arguments: Any, **options: Any) -> Any:
            sent[method] += 1
            return await call(self, method, *arguments, **options)

        with monkeypatch.context() as patch:
            patch.setattr(S3FileSystem, "_call_s3", counted)
            assert run(parameters, engine).counts.skipped == run(parameters, engine).found
        return sent

    source, parameters = (
        open_folder(on_s3.input),
        on_s3.model_copy(update={"chunk_size": 100, "previews": 0}),
    )
    run(parameters, engine)
    few = requests(parameters)
    for number in range(40):  # these make a second chunk
        source.write(f"2020/summer/{number}.jpg", make.jpeg(make.scene(9, 7)))
    run(parameters, engine)
    many = requests(parameters)
    more = {method: (many[method] - few[method]) / 2 for method in many}
    assert more["head_object"] == 0
    assert more["put_object"] == 0
    assert sum(more.values()) < 10  # the plan, the ledger and the outputs of one chunk


def test_clutter_is_passed_over_in_a_bucket_too(on_s3: RestoreParameters, engine: Any) -> None:
    source = open_folder(on_s3.input)
    for name in (".hidden.jpg", ".cache/a.jpg", "2019/Thumbs.db", "_rr/previews/a.jpg", "a.txt"):
        source.write(name, b"x")
    summary = run(on_s3, engine)
    assert (summary.found, summary.left_out) == (6, {".txt": 1, SYSTEM: 4})


def test_a_bucket_that_takes_nothing_any_more_stops_the_run_and_it_can_be_resumed(
    on_s3: RestoreParameters, engine_like: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    on_s3 = on_s3.model_copy(update={"workers": 1})  # the first one is written whole
    plan = prepare(on_s3)
    write, written = RemoteFolder.write, list[str]()

    def revoked(self: RemoteFolder, path: str, data: bytes, *time: int) -> None:
        written.append(path)
        if len(written) > 8:  # two photographs with diagnoses and previews
            monkeypatch.setenv(f"{PREFIX}ACCESS_KEY", READER_KEY)
            monkeypatch.setenv(f"{PREFIX}SECRET_KEY", READER_SECRET)
            self = RemoteFolder(*filesystem_of(self.url))
        write(self, path, data, *time)

    with monkeypatch.context() as patch:
        patch.setattr(RemoteFolder, "write", revoked)
        with pytest.raises(AccessDeniedError, match="permission denied") as failure:
            restore_chunk(plan.chunks[0], on_s3, engine_like())
    assert "\n" not in str(failure.value)
    assert len(written) < 16
    monkeypatch.setenv(f"{PREFIX}ACCESS_KEY", KEY)
    monkeypatch.setenv(f"{PREFIX}SECRET_KEY", SECRET)
    assert run(on_s3, engine_like()).archive == Counts(restored=6)


def test_originals_that_cannot_be_reached_are_not_failed_photographs(
    on_s3: RestoreParameters, engine: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = prepare(on_s3)
    read = RemoteFolder.read

    def cut(self: RemoteFolder, path: str) -> bytes:
        if path.endswith(".jpg"):
            raise UnreachableStorageError(f"{path}: the S3 service does not answer")
        return read(self, path)

    with monkeypatch.context() as broken:
        broken.setattr(RemoteFolder, "read", cut)
        with pytest.raises(UnreachableStorageError):
            restore_chunk(plan.chunks[0], on_s3, engine)
    assert rows(on_s3) == {}
    assert run(on_s3, engine).counts == Counts(restored=6)


def refusals(s3: S3) -> list[tuple[str, str, str]]:
    a, b = f"{s3.url}/photographs", f"{s3.url}/restored"
    return [
        (a, a, "are the same folder"),
        (a, f"{a}/", "are the same folder"),
        (a, f"{a}/inside", "lies inside the input folder"),
        (f"{a}/2019", a, "lies inside the output folder"),
        (f"{s3.url}/nowhere", b, "holds no photographs"),
        (a, f"{s3.url}/theirs", "is not empty and was not made by this command"),
    ]


def test_folders_of_a_bucket_are_checked(on_s3: RestoreParameters, s3: S3) -> None:
    open_folder(f"{s3.url}/theirs").write("diary.txt", b"mine")
    for source, output, words in refusals(s3):
        with pytest.raises(FolderError, match=words):
            check_folders(source, output)
    with pytest.raises(MissingBucketError):
        check_folders("s3://no-such-bucket/in", on_s3.output)
    with pytest.raises(MissingBucketError):
        check_folders(on_s3.input, "s3://no-such-bucket/out")
    check_folders(on_s3.input, on_s3.output)
    open_folder(f"{s3.url}/other").write("a.jpg", b"")
    with pytest.raises(FolderError, match="holds the restored photographs of"):
        check_folders(f"{s3.url}/other", on_s3.output)


def test_a_reader_cannot_restore_into_a_bucket(
    on_s3: RestoreParameters, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"{PREFIX}ACCESS_KEY", READER_KEY)
    monkeypatch.setenv(f"{PREFIX}SECRET_KEY", READER_SECRET)
    with pytest.raises(FolderError, match=r"cannot be used: .*permission denied"):
        check_folders(on_s3.input, on_s3.output)


def test_documents_name_their_version(asked: RestoreParameters, engine: Any) -> None:
    run(asked, engine)
    output = open_folder(asked.output)
    for path in ("_rr/plan/00000.jsonl", "_rr/ledger/00000.jsonl"):
        for line in output.read(path).splitlines():
            assert json.loads(line)["schema_version"] == 1
    assert json.loads(output.read(layout.SUMMARY))["schema_version"] == 1
