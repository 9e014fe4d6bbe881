import subprocess
import sys
from pathlib import Path

import pytest

from rr_tasks.archive import claim
from rr_tasks.archive.check import FolderError
from rr_tasks.archive.claim import claimed
from rr_tasks.archive.folder import open_folder
from rr_tasks.archive.layout import RUN
from rr_tasks.storage.claim import claim_url
from rr_tasks.storage.process import sign
from schemas.claim import Claim
from tests.s3 import S3

CLAIM = claim_url(RUN)


def test_a_second_run_on_the_same_output_is_refused(tmp_path: Path) -> None:
    with (
        claimed(str(tmp_path)),
        pytest.raises(FolderError, match="another run is restoring"),
        claimed(str(tmp_path)),
    ):
        pass
    with claimed(str(tmp_path)):
        pass


def test_in_object_storage_the_owner_is_named(s3: S3) -> None:
    words = rf"process \d+\) is restoring into {s3.url} and holds it until \d\d:\d\d:\d\d UTC"
    with claimed(s3.url), pytest.raises(FolderError, match=words), claimed(s3.url):
        pass
    assert open_folder(s3.url).status(CLAIM) is None
    with claimed(s3.url):
        pass


def left_by(writer: str) -> bytes:
    return Claim(host="elsewhere", writer=writer, token="1" * 16).model_dump_json().encode()


def test_the_claim_of_a_process_that_was_killed_here_is_void(s3: S3) -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        pass
    dead = f"{sign().partition('-')[0]}-{process.pid}"
    open_folder(s3.url).write(CLAIM, left_by(dead))
    with claimed(s3.url):
        assert left_by(dead) != open_folder(s3.url).read(CLAIM)


def test_the_claim_of_another_machine_is_void_when_it_was_not_renewed(
    s3: S3, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_folder(s3.url).write(CLAIM, left_by("00000000-1"))
    with pytest.raises(FolderError, match="another run on elsewhere"), claimed(s3.url):
        pass
    monkeypatch.setattr(claim, "LEASE", 0.0)
    with claimed(s3.url):
        pass
    assert open_folder(s3.url).status(CLAIM) is None
