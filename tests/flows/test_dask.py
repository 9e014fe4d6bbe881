"""Tasks on a real Dask cluster of two worker processes."""

import os
import signal
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from contextvars import copy_context
from itertools import count
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest
from prefect.context import FlowRunContext
from typer.testing import CliRunner

from flows import cli, dask
from flows.dask import ClusterError, DaskWorkers
from flows.launch import launch
from flows.restore import restore
from flows.shards import run_shards
from rr_tasks.archive import layout
from rr_tasks.archive.tasks import engine_for
from rr_tasks.cpu import default_workers
from rr_tasks.progress import Progress, listening, report
from rr_tasks.stopping import Stopped
from rr_tasks.storage.claim import claim_url
from rr_tasks.storage.process import SIGN
from schemas.archive import RestoreParameters, RunSummary
from schemas.claim import Claim
from schemas.settings import UnusableSettingsError, runner_settings
from tests.dask_cluster import DaskCluster
from tests.flows.test_runner import break_first, multiply, tell


@pytest.fixture
def on_dask(dask_cluster: DaskCluster, monkeypatch: pytest.MonkeyPatch) -> DaskCluster:
    """The settings say that tasks run on the cluster."""
    monkeypatch.setenv("RR_RUNNER", "dask")
    monkeypatch.setenv("RR_DASK_ADDRESS", dask_cluster.address)
    return dask_cluster


def test_each_key_comes_with_its_result_of_one_thread(dask_cluster: DaskCluster) -> None:
    results = dict(DaskWorkers(dask_cluster.address).run(multiply, range(5), 10))
    assert results == {key: (10 * key, 1) for key in range(5)}


def find_place(_key: int) -> tuple[int, int, int]:
    """The process, how much it does at a time, and the engine's network that it has loaded."""
    engine = engine_for(RestoreParameters(input="any", output="other"))
    return os.getpid(), default_workers(), id(engine._reasoner)


def test_a_worker_process_does_one_thing_at_a_time_and_loads_a_model_once(
    dask_cluster: DaskCluster,
) -> None:
    found = [place for _, place in DaskWorkers(dask_cluster.address).run(find_place, range(6))]
    processes = {process for process, _, _ in found}
    assert processes <= {worker.pid for worker in dask_cluster.workers}
    assert {at_a_time for _, at_a_time, _ in found} == {1}
    assert len(set(found)) == len(processes)


def test_reports_of_tasks_arrive(dask_cluster: DaskCluster) -> None:
    heard: list[Progress] = []
    with listening(heard.append):
        list(DaskWorkers(dask_cluster.address).run(tell, range(3)))
    assert {one.task: one.done for one in heard} == {"0": 0, "1": 1, "2": 2}


def tell_often(key: int) -> None:
    for done in range(10_000):
        report(Progress(str(key), done + 1))


def test_a_task_may_report_as_often_as_it_likes(dask_cluster: DaskCluster) -> None:
    heard: list[Progress] = []
    with listening(heard.append):
        list(DaskWorkers(dask_cluster.address).run(tell_often, [1]))
    assert heard[-1].done == 10_000
    assert len(heard) < 100


def test_a_failure_is_raised_and_what_has_not_begun_never_does(
    dask_cluster: DaskCluster, tmp_path: Path
) -> None:
    with pytest.raises(OSError, match="shard 0 broke"):
        list(DaskWorkers(dask_cluster.address).run(break_first, range(1000), str(tmp_path)))
    time.sleep(0.3)
    made = len(list(tmp_path.iterdir()))
    assert made < 20
    time.sleep(0.2)
    assert len(list(tmp_path.iterdir())) == made


def test_only_a_window_of_keys_is_submitted(dask_cluster: DaskCluster) -> None:
    submitted: list[int] = []

    def keys() -> Iterator[int]:
        for key in count():
            submitted.append(key)
            yield key

    runs = DaskWorkers(dask_cluster.address).run(multiply, keys(), 1)
    for done in range(1, 20):
        next(runs)
        assert len(submitted) <= done + 4  # two at work, and one that waits beside each


def fail_or_work_on(key: int, folder: str) -> None:
    if key == 0:
        time.sleep(0.3)
        raise OSError("shard 0 broke")
    try:
        while True:
            time.sleep(0.02)
            report(Progress(str(key), 1))
    except Stopped:
        Path(folder, "stopped").touch()
        raise


def test_a_task_that_nobody_waits_for_ends_at_the_next_photograph(
    dask_cluster: DaskCluster, tmp_path: Path
) -> None:
    with pytest.raises(OSError, match="shard 0 broke"):
        list(DaskWorkers(dask_cluster.address).run(fail_or_work_on, [1, 0], str(tmp_path)))
    deadline = time.monotonic() + 120  # a busy machine
    while not (tmp_path / "stopped").exists():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def hold_gpu(_key: int, folder: str) -> int:
    with Path(folder, "held").open("x"):  # fails if another task holds it
        time.sleep(0.05)
    Path(folder, "held").unlink()
    return os.getpid()


def test_tasks_that_need_a_gpu_have_it_for_themselves(
    dask_cluster: DaskCluster, tmp_path: Path
) -> None:
    runner = DaskWorkers(dask_cluster.address, gpu=True)
    places = {place for _, place in runner.run(hold_gpu, range(5), str(tmp_path))}
    assert places == {dask_cluster.workers[0].pid}


def worker_at_work(cluster: DaskCluster, output: Path) -> BaseProcess:
    """Wait until a worker claims a chunk, and stop it in the middle of whatever it does."""
    claims = [Path(claim_url(str(output / layout.work(f"{chunk:05d}")))) for chunk in range(3)]
    while True:
        for claim in claims:
            with suppress(FileNotFoundError):
                writer = SIGN.fullmatch(Claim.model_validate_json(claim.read_bytes()).writer)
                os.kill(int(writer["process"]), signal.SIGSTOP)
                return next(one for one in cluster.workers if one.pid == int(writer["process"]))
        time.sleep(0.001)


def files_of(output: Path) -> dict[str, bytes]:
    found = (path for path in output.iterdir() if path.is_file())
    return {path.name: path.read_bytes() for path in found}


@pytest.mark.usefixtures("on_dask")
def test_a_worker_that_is_killed_in_the_middle_loses_nothing_and_doubles_nothing(
    dask_cluster: DaskCluster, photographs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = RestoreParameters(input=str(photographs), output=str(tmp_path / "out"), chunk_size=1)
    with ThreadPoolExecutor() as beside:
        running = beside.submit(copy_context().run, launch, restore, asked)
        dask_cluster.replace(worker_at_work(dask_cluster, tmp_path / "out"))
        summary: RunSummary = running.result()
    ledgers = (tmp_path / "out" / layout.LEDGER).iterdir()
    rows = [line for ledger in ledgers for line in ledger.read_text().splitlines()]
    assert len(rows) == summary.found == summary.archive.total == 3
    monkeypatch.setenv("RR_RUNNER", "threads")
    launch(restore, asked.model_copy(update={"output": str(tmp_path / "alone")}))
    assert files_of(tmp_path / "out") == files_of(tmp_path / "alone")


def test_a_worker_of_another_version_is_named(dask_cluster: DaskCluster, tmp_path: Path) -> None:
    metadata = tmp_path / "reason_and_restore-9.9.dist-info" / "METADATA"
    metadata.parent.mkdir()
    metadata.write_text("Metadata-Version: 2.4\nName: reason-and-restore\nVersion: 9.9\n")
    stranger = dask_cluster.add_worker(str(tmp_path))
    with pytest.raises(ClusterError, match=r"has reason-and-restore 9\.9; install"):
        list(DaskWorkers(dask_cluster.address).run(multiply, [1], 1))
    dask_cluster.kill(stranger)


@pytest.fixture
def wire(dask_cluster: DaskCluster) -> Iterator[tuple[str, bytearray]]:
    """An address that leads to the scheduler, and what passes through it to there."""
    host, port = dask_cluster.address.removeprefix("tcp://").split(":")
    heard = bytearray()

    def pass_on(source: socket.socket, target: socket.socket, record: bytearray) -> None:
        while data := source.recv(65536):
            record += data
            target.sendall(data)
        target.close()

    def serve() -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            onward = socket.create_connection((host, int(port)))
            for ends in ((client, onward, heard), (onward, client, bytearray())):
                threading.Thread(target=pass_on, args=ends, daemon=True).start()

    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        threading.Thread(target=serve, daemon=True).start()
        yield f"tcp://127.0.0.1:{listener.getsockname()[1]}", heard


def test_no_secret_of_the_environment_travels(
    wire: tuple[str, bytearray], monkeypatch: pytest.MonkeyPatch
) -> None:
    address, heard = wire
    for name in ("RR_S3_SECRET_KEY", "AWS_SECRET_ACCESS_KEY", "PREFECT_API_KEY", "OPENAI_API_KEY"):
        monkeypatch.setenv(name, "a-secret-that-nothing-may-show")
    list(DaskWorkers(address).run(multiply, [1, 2], "an-argument-that-travels"))
    assert b"an-argument-that-travels" in heard
    assert b"a-secret-that-nothing-may-show" not in heard


def on_server(parameters: str) -> list[tuple[str, int]]:
    """Run three shards, and tell the flow run and the processes that did."""
    run = FlowRunContext.get().flow_run
    return [(str(run.id), place) for place in run_shards(find_process, [0, 1, 2], label=parameters)]


def find_process(_key: int) -> int:
    return os.getpid()


@pytest.mark.usefixtures("on_dask", "server")
def test_a_run_on_a_prefect_server_has_its_tasks_on_the_cluster(dask_cluster: DaskCluster) -> None:
    found = launch(on_server, "Shards")
    assert len({run for run, _ in found}) == 1
    assert {place for _, place in found} <= {worker.pid for worker in dask_cluster.workers}


def test_a_scheduler_that_is_not_there_is_an_error_for_people(
    monkeypatch: pytest.MonkeyPatch, photographs: Path, tmp_path: Path
) -> None:
    monkeypatch.setattr(dask, "CONNECT_SECONDS", 0.2)
    for name in ("RR_RUNNER", "RR_DASK_ADDRESS"):
        monkeypatch.setenv(name, "")  # what the options set ends with this test
    asked = ["restore", str(photographs), str(tmp_path), "--runner", "dask"]
    result = CliRunner().invoke(cli.app, [*asked, "--address", "tcp://127.0.0.1:9"])
    assert result.exit_code == 1
    assert "there is no Dask scheduler at tcp://127.0.0.1:9" in result.stderr


def test_a_cluster_needs_an_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RR_RUNNER", "dask")
    monkeypatch.delenv("RR_DASK_ADDRESS", raising=False)
    with pytest.raises(UnusableSettingsError, match="--address"):
        runner_settings()
