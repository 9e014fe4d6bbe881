"""The whole of it on one machine: real processes, a real schedule, a real S3 server."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest
import s3fs
from prefect.client.orchestration import get_client
from prefect.client.schemas.actions import DeploymentUpdate
from prefect.client.schemas.objects import FlowRun
from prefect.client.schemas.schedules import IntervalSchedule
from prefect.settings import PREFECT_API_URL, temporary_settings

from flows.local.down import end_all
from flows.local.part import find_all
from flows.local.place import Place, find_port
from flows.local.up import CannotStartError, start_all
from tests.s3 import KEY, S3, SECRET

PATIENCE = 300


def until(happened: Callable[[], Any]) -> Any:
    """Wait until something is true, and return it."""
    deadline = time.monotonic() + PATIENCE
    while not (result := happened()):
        assert time.monotonic() < deadline
        time.sleep(0.5)
    return result


def free_ports() -> int:
    """The first of two free ports in a row."""
    while True:
        with socket.socket() as one, socket.socket() as next_one:
            one.bind(("127.0.0.1", 0))
            port: int = one.getsockname()[1]
            try:
                next_one.bind(("127.0.0.1", port + 1))
            except OSError:
                continue
            return port


@pytest.fixture
def place(s3: S3, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    monkeypatch.setenv("PREFECT_WORKER_QUERY_SECONDS", "1")
    yield (place := Place(tmp_path / "rr", free_ports()))
    end_all(place.folder)


def start_and_kill(place: Place) -> list[int]:
    """Kill `rr up` with the signal 9 while the server starts; return what goes on."""
    command = ["-m", "flows.cli", "up", str(place.folder), "--port", str(place.port)]
    killed = subprocess.Popen([sys.executable, *command])
    until(lambda: find_all(place.folder))
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    return [process.pid for process in find_all(place.folder)]


def try_with_a_port_taken(place: Place) -> None:
    taken = rf"port {place.port + 1} is taken by another"
    with (
        socket.create_server(("127.0.0.1", place.port + 1)),
        pytest.raises(CannotStartError, match=taken),
    ):
        start_all(place, print)


def schedule(s3: S3) -> None:
    """Let the deployment restore/nightly run at once, and then daily, from and to S3."""
    with get_client(sync_client=True) as client:
        nightly = client.read_deployment_by_name("restore/nightly")
        chosen = {"parameters": {"input": f"{s3.url}/archive", "output": f"{s3.url}/restored"}}
        client.update_deployment(nightly.id, DeploymentUpdate(parameters=chosen))
        client.update_deployment_schedule(
            nightly.id,
            nightly.schedules[0].id,
            active=True,
            schedule=IntervalSchedule(
                interval=timedelta(days=1), anchor_date=datetime.now(UTC) + timedelta(seconds=5)
            ),
        )


def has_ended(run: FlowRun) -> bool:
    """Whether a run has ended."""
    return run.state is not None and run.state.is_final()


def test_everything_starts_runs_what_is_scheduled_and_ends(
    place: Place, s3: S3, photographs: Path
) -> None:
    storage = s3fs.S3FileSystem(
        endpoint_url=s3.endpoint, key=KEY, secret=SECRET, skip_instance_cache=True
    )
    sound = sorted(photographs.iterdir())[0]
    storage.pipe_file(f"{s3.url}/archive/{sound.name}", sound.read_bytes())
    storage.pipe_file(f"{s3.url}/archive/broken.jpg", b"\xff\xd8\xff no photograph")

    survivors = start_and_kill(place)
    assert find_port(place.folder) == place.port
    try_with_a_port_taken(place)
    started = start_all(place, print)
    assert started.parts == ("worker", "metrics")  # the server went on
    assert set(survivors) < {process.pid for process in find_all(place.folder)}
    assert len(started.deployed.deployments) == 20
    with pytest.raises(CannotStartError, match=f"already, at {place.url}; leave out --port"):
        start_all(Place(place.folder, place.port + 10), print)

    with temporary_settings({PREFECT_API_URL: place.api}), get_client(sync_client=True) as client:
        schedule(s3)
        run = until(lambda: next(filter(has_ended, client.read_flow_runs()), None))
        assert run.state.is_completed(), run.state
        assert storage.exists(f"{s3.url}/restored/{sound.name}")
        assert storage.exists(f"{s3.url}/restored/_rr/report.html")
        until(lambda: client.read_deployment_by_name("restore/nightly").paused)  # half has failed
    shown = httpx.get(place.metrics_url).text
    assert 'rr_runs{pool="default",state="running"} 0.0' in shown
    assert "rr_server_up 1.0" in shown
    assert 'rr_work_done_total{work="Restore photographs"}' in shown
    assert 'rr_failures_total{reason="' in shown
    logs = "".join(log.read_text() for log in place.logs.iterdir())
    assert SECRET not in logs

    bystander = subprocess.Popen(["sleep", "60"], env=os.environ | {"RR_LOCAL_FOLDER": "/other"})
    assert end_all(place.folder).processes >= 3
    assert find_all(place.folder) == []
    assert psutil.pid_exists(bystander.pid)
    bystander.kill()
    bystander.wait()
    assert end_all(place.folder).processes == 0


def test_metrics_begin_at_zero_only_where_nothing_runs_that_counts(tmp_path: Path) -> None:
    place = Place(tmp_path / "rr", free_ports())
    place.counts.mkdir(parents=True)
    (place.counts / "counter_1.db").touch()
    of_place = {"RR_LOCAL_FOLDER": str(place.folder), "PREFECT_API_URL": place.api}
    counting = subprocess.Popen(["sleep", "60"], env=os.environ | of_place)
    try:
        try_with_a_port_taken(place)
        assert list(place.counts.iterdir())
    finally:
        counting.kill()
        counting.wait()
    try_with_a_port_taken(place)
    assert not place.counts.exists()


def test_a_folder_without_a_port_has_none(tmp_path: Path) -> None:
    place = Place(tmp_path, 4200)
    assert find_port(place.folder) is None
    place.state.mkdir()
    (place.state / "port").touch()  # a kill in the middle of keeping it
    assert find_port(place.folder) is None
