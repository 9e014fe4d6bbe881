"""`restore` as a flow, in object storage."""

from pathlib import Path

import pytest

from flows.launch import launch
from flows.restore import restore
from rr_tasks.archive.check import FolderError
from rr_tasks.archive.claim import claimed
from rr_tasks.storage.failure import UnreachableStorageError
from rr_tasks.storage.files import list_files, paths_below, publish_bytes, read_bytes
from schemas.archive import Counts, RestoreParameters
from tests.fault_proxy import FaultProxy
from tests.s3 import S3


@pytest.fixture
def parameters(photographs: Path, s3: S3) -> RestoreParameters:
    for path in photographs.iterdir():
        publish_bytes(path.read_bytes(), f"{s3.url}/in/{path.name}")
    return RestoreParameters(input=f"{s3.url}/in", output=f"{s3.url}/out", threshold=0.0)


def test_a_folder_of_a_bucket_is_restored_into_another(
    parameters: RestoreParameters, photographs: Path
) -> None:
    summary = launch(restore, parameters)
    assert summary.counts.total == summary.counts.restored + summary.counts.clean == 3
    assert read_bytes(summary.report).startswith(b"<!doctype html>")
    for path in photographs.iterdir():
        assert read_bytes(f"{parameters.output}/{path.name}")[:4] == b"\x89PNG"
    assert launch(restore, parameters).counts == Counts(skipped=3)


def test_a_second_run_at_the_same_time_is_refused(parameters: RestoreParameters) -> None:
    words = f"is restoring into {parameters.output} and holds it until"
    with claimed(parameters.output), pytest.raises(FolderError, match=words):
        launch(restore, parameters)
    assert launch(restore, parameters).found == 3


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
    assert len(outputs(elsewhere)) == 3 + summary.counts.restored
    assert outputs(parameters.output) == outputs(elsewhere)


def test_a_service_that_does_not_answer_is_one_line(
    parameters: RestoreParameters, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RR_S3_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("RR_S3_ATTEMPTS", "1")
    with pytest.raises(UnreachableStorageError, match="does not answer") as failure:
        launch(restore, parameters)
    assert "\n" not in str(failure.value)
