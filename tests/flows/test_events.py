"""Events on a real server, by which its automations learn what went wrong."""

import errno
import time
from datetime import UTC, datetime
from typing import Any

import pytest
from prefect.client.orchestration import get_client

from flows.events import DISK_FULL, TOO_MANY_FAILED, UNRECONCILED
from flows.launch import launch
from rr_tasks.archive.reconcile import CountsDisagreeError
from schemas.archive import Counts, RestoreParameters, RunSummary


def summarize(parameters: int) -> RunSummary:
    """An archive of ten photographs of which so many failed."""
    counts = Counts(restored=10 - parameters, failed=parameters)
    return RunSummary(
        parameters=RestoreParameters(input="in", output="out"),
        engine="any",
        finished_at="now",
        found=10,
        left_out={},
        unreadable=(),
        counts=counts,
        archive=counts,
        reasons={"the file is empty": parameters},
        report="report.html",
        failures="failures.csv",
    )


def fail(parameters: Exception) -> None:
    """Fail as a stage does."""
    raise parameters


def events(name: str, since: str) -> list[Any]:
    asked = {"filter": {"event": {"name": [name]}, "occurred": {"since": since}}}
    with get_client(sync_client=True) as client:
        found: list[Any] = client.request("POST", "/events/filter", json=asked).json()["events"]
        return found


def wait_for(name: str, since: str) -> Any:
    deadline = time.monotonic() + 120
    while not (found := events(name, since)):
        assert time.monotonic() < deadline
        time.sleep(0.2)
    (event,) = found
    assert event["resource"]["prefect.resource.id"].startswith("prefect.flow-run.")
    return event["payload"]


@pytest.mark.usefixtures("server")
def test_what_went_wrong_becomes_an_event_and_what_went_well_none(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("RR_ALARM_SHARE", "0.1")
    since = datetime.now(UTC).isoformat()
    launch(summarize, 1)
    with pytest.raises(OSError, match="disk"):
        launch(fail, OSError(errno.ENOSPC, "the disk is full"))
    assert "the disk is full" in wait_for(DISK_FULL, since)["message"]
    assert events(TOO_MANY_FAILED, since) == []
    assert "alarm" not in caplog.text
    launch(summarize, 2)
    assert "2 of 10 photographs failed, more than 10 %" in caplog.text
    said = wait_for(TOO_MANY_FAILED, since)
    assert (said["failed"], said["found"]) == (2, 10)
    assert said["reasons"] == {"the file is empty": 2}
    with pytest.raises(OSError, match="read-only"):
        launch(fail, OSError(errno.EROFS, "the disk is read-only"))
    with pytest.raises(CountsDisagreeError):
        launch(fail, CountsDisagreeError("7 photographs found, but 6"))
    assert wait_for(UNRECONCILED, since)["message"] == "7 photographs found, but 6"
    assert len(events(DISK_FULL, since)) == 1
