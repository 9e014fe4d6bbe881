import os
import time
from datetime import timedelta
from pathlib import Path

import pytest

from rr_tasks.storage import uploads
from rr_tasks.storage.atomic import partial_beside
from rr_tasks.storage.claim import claim
from rr_tasks.storage.files import exists, join, list_files, publish, publish_bytes, read_bytes
from rr_tasks.storage.filesystem import filesystem_of
from rr_tasks.storage.held import claim_url
from rr_tasks.storage.leftovers import (
    STALE,
    abort_stale_uploads,
    remove_dead_claims,
    remove_finished_claims,
    remove_leftovers,
    remove_stale_partials,
)
from rr_tasks.storage.process import sign
from schemas.claim import Claim
from tests.kills import dead_sign
from tests.s3 import READER_KEY, READER_SECRET, S3

NOW = timedelta(0)


def test_only_stale_partials_of_ours_go(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "er"
    folder.mkdir(parents=True)
    stale, fresh = partial_beside(folder / "a"), partial_beside(folder / "a")
    other = [folder / name for name in (".film.part", "a.part", ".rr-1.part", "a")]
    for path in (stale, fresh, *other):
        path.touch()
    long_ago = time.time() - STALE.total_seconds() - 60
    for path in (stale, *other):
        os.utime(path, (long_ago, long_ago))
    remove_leftovers(str(tmp_path))
    assert sorted(folder.iterdir()) == sorted([fresh, *other])
    assert remove_stale_partials(tmp_path, NOW) == 1
    assert sorted(folder.iterdir()) == sorted(other)


def test_partials_of_killed_processes_go_at_once(tmp_path: Path) -> None:
    living = partial_beside(tmp_path / "a")
    dead = Path(str(living).replace(sign(), dead_sign()))
    elsewhere = Path(str(living).replace(sign(), "00000000-1-1-1"))
    for path in (living, dead, elsewhere):
        path.touch()
    remove_leftovers(str(tmp_path))
    assert sorted(tmp_path.iterdir()) == sorted([living, elsewhere])


@pytest.mark.parametrize("storage", ["local", "s3"])
def test_claims_on_files_that_are_there_go(
    storage: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    folder = str(tmp_path) if storage == "local" else request.getfixturevalue("s3").url
    remove_leftovers(join(folder, "missing"))
    names = ("00000.done.json", ".00000.done.json.claim", ".00001.done.json.claim", "a.claim")
    for name in names:
        publish_bytes(b"", join(folder, name))
    assert remove_finished_claims(folder) == 1
    assert [exists(join(folder, name)) for name in names] == [True, False, True, True]
    remove_leftovers(folder)
    assert exists(join(folder, ".00001.done.json.claim"))


@pytest.mark.parametrize("storage", ["local", "s3"])
def test_claims_of_the_dead_go(
    storage: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    folder = str(tmp_path) if storage == "local" else request.getfixturevalue("s3").url
    for name, writer in {"dead": dead_sign(), "elsewhere": "00000000-1-1-1"}.items():
        left = Claim(host="attic", writer=writer, token="1").model_dump_json().encode()
        publish_bytes(left, claim_url(join(folder, name)))
    with claim(join(folder, "ours")):
        assert remove_dead_claims(folder) == 1
        assert exists(claim_url(join(folder, "ours")))
    assert exists(claim_url(join(folder, "elsewhere")))


def test_a_claim_that_nobody_has_renewed_for_a_day_goes(tmp_path: Path) -> None:
    left = Path(claim_url(str(tmp_path / "a")))
    left.write_bytes(b"cut off")
    long_ago = time.time() - STALE.total_seconds() - 60
    os.utime(left, (long_ago, long_ago))
    assert remove_dead_claims(str(tmp_path)) == 1
    assert not left.exists()


def begun(url: str) -> str:
    """An upload in parts that its writer never ends."""
    filesystem, path = filesystem_of(url)
    bucket, key, _ = filesystem.split_path(path)
    upload = filesystem.call_s3("create_multipart_upload", Bucket=bucket, Key=key)
    place = {"Bucket": bucket, "Key": key, "UploadId": upload["UploadId"]}
    filesystem.call_s3("upload_part", **place, PartNumber=1, Body=b"x" * 1000)
    return str(upload["UploadId"])


def unfinished(url: str) -> set[str]:
    filesystem, path = filesystem_of(url)
    bucket, key, _ = filesystem.split_path(path)
    found = filesystem.call_s3("list_multipart_uploads", Bucket=bucket, Prefix=key)
    return {upload["UploadId"] for upload in found.get("Uploads", ())}


def test_uploads_that_never_ended_are_aborted_below_the_folder_alone(s3: S3) -> None:
    inside, beside = begun(f"{s3.url}/sets/a"), begun(f"{s3.url}/sets-2/a")
    remove_leftovers(f"{s3.url}/sets")  # both have just begun
    assert {inside, beside} <= unfinished(s3.url)
    assert abort_stale_uploads(f"{s3.url}/sets", NOW) == 1
    assert inside not in unfinished(s3.url)
    assert beside in unfinished(s3.url)
    assert abort_stale_uploads(s3.url, NOW) == 1


def test_what_may_not_be_looked_for_fails_nothing(s3: S3, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RR_S3_SECRET_KEY", "wrong")
    remove_leftovers(s3.url)
    monkeypatch.setenv("RR_S3_ACCESS_KEY", READER_KEY)
    monkeypatch.setenv("RR_S3_SECRET_KEY", READER_SECRET)
    remove_leftovers(s3.url)


def test_a_large_file_goes_in_parts_that_arrive_whole_or_not_at_all(
    s3: S3, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = os.urandom(11 << 20)
    (tmp_path / "tar").write_bytes(content)
    monkeypatch.setattr(uploads, "_SINGLE_PUT", 1 << 20)
    monkeypatch.setattr(uploads, "_PART", 5 << 20)
    publish(tmp_path / "tar", f"{s3.url}/tar")
    assert read_bytes(f"{s3.url}/tar") == content
    filesystem, path = filesystem_of(f"{s3.url}/tar")
    assert filesystem.info(path)["ETag"].endswith('-3"')  # S3 says of how many parts it is made
    monkeypatch.setattr(type(filesystem), "_upload_file_part_concurrent", _breaks)
    with pytest.raises(ConnectionError):
        publish(tmp_path / "tar", f"{s3.url}/other")
    assert list_files(s3.url) == [f"{s3.url}/tar"]
    assert not unfinished(f"{s3.url}/other")


async def _breaks(*_: object, **__: object) -> None:
    raise ConnectionResetError("reset")


def test_a_file_below_the_limit_goes_in_one_request(s3: S3) -> None:
    publish_bytes(os.urandom(11 << 20), f"{s3.url}/one")
    filesystem, path = filesystem_of(f"{s3.url}/one")
    assert "-" not in filesystem.info(path)["ETag"]
