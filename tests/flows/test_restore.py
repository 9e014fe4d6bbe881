"""`restore` as a flow, in object storage."""

import os
import threading
from pathlib import Path

import pytest

from flows.launch import launch
from flows.restore import restore
from rr_tasks.storage.failure import UnreachableStorageError
from rr_tasks.storage.files import (
    exists,
    list_files,
    paths_below,
    publish_bytes,
    read_bytes,
    remove,
)
from rr_tasks.storage.held import claim_url
from rr_tasks.storage.process import sign_of
from schemas.archive import Counts, RestoreParameters
from schemas.claim import Claim
from tests.fault_proxy import FaultProxy
from tests.s3 import S3


@pytest.fixture
def parameters(photographs: Path, s3: S3) -> RestoreParameters:
    for path in photographs.iterdir():
        publish_bytes(path.read_bytes(), f"{s3.url}/in/{path.name}")
    return RestoreParameters(input=f"{s3.url}/in", output=f"{s3.url}/out", threshold=0.0)


def test_a_folder_of_a_bucket_is_restored_into_another(
    parameters: RestoreParameters, photographs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    summary = launch(restore, parameters)
    assert summary.counts.total == summary.counts.restored + summary.counts.left_alone == 3
    assert read_bytes(summary.report).startswith(b"<!doctype html>")
    for path in photographs.iterdir():
        assert read_bytes(f"{parameters.output}/{path.name}")[:4] == b"\x89PNG"
    with monkeypatch.context() as patch:  # no chunk is left for a task
        patch.setattr("flows.restore.restore_chunk_task", None)
        assert launch(restore, parameters).counts == Counts(skipped=3)
    remove(f"{parameters.output}/{next(photographs.iterdir()).name}")
    again = launch(restore, parameters).counts
    assert (again.skipped, again.restored + again.left_alone) == (2, 1)
    verified = launch(restore, parameters.model_copy(update={"recheck": True})).counts
    assert verified == Counts(skipped=3)


def test_a_chunk_of_another_run_is_waited_for(
    parameters: RestoreParameters, capfd: pytest.CaptureFixture[str]
) -> None:
    claim = Claim(host="attic", writer=sign_of(os.getppid()), token="1")
    url = claim_url(f"{parameters.output}/_rr/claims/00000")
    publish_bytes(claim.model_dump_json().encode(), url)
    threading.Timer(2.0, lambda: remove(url)).start()
    assert launch(restore, parameters).counts.total == 3
    told = capfd.readouterr().err
    assert f"Chunk 00000 is being restored by another run on attic (process {os.getppid()})" in told
    assert not exists(url)


def outputs(folder: str) -> dict[str, bytes]:
    """Restored photographs and their priors."""
    urls = [url for url in list_files(folder) if "/_rr/" not in url]
    return dict(zip(paths_below(folder, urls), map(read_bytes, urls), strict=True))


def test_a_network_that_breaks_changes_nothing(
    parameters: RestoreParameters, network: FaultProxy
) -> None:
    elsewhere = f"{parameters.output}-elsewhere"
    launch(restore, parameters.model_copy(update={"output": elsewhere}))
    network.disturb(0.1)
    summary = launch(restore, parameters)
    assert sum(network.injected.values()) >= 3, network
    network.disturb(0.0)
    assert summary.counts.failed == 0
    assert summary.counts.total == summary.found == 3
    assert len(outputs(elsewhere)) == 3 + 3  # each beside its diagnosis
    assert outputs(parameters.output) == outputs(elsewhere)


def test_a_service_that_does_not_answer_is_one_line(
    parameters: RestoreParameters, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RR_S3_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("RR_S3_ATTEMPTS", "1")
    with pytest.raises(UnreachableStorageError, match="does not answer") as failure:
        launch(restore, parameters)
    assert "\n" not in str(failure.value)
