"""Loads a Prefect server with many shard tasks of several workers, on SQLite and on PostgreSQL.

    python infra/studies/scale/server_load.py WORK

A process work pool has as many workers as there are flow runs, and each run hands out its shards as
any stage does. Prints a line of JSON for each database: states on the server, how often each shard
was worked on, how many were at a time, how long the server took to answer meanwhile, and what it
complained of. PostgreSQL is that of Debian (apt-get install postgresql), started in WORK.
"""

import argparse
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from itertools import accumulate
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import httpx
from cluster import show
from pydantic import BaseModel
from servers import free_port, postgresql, running, wait_for_port

from flows.server import as_flow
from flows.shards import run_shards
from rr_tasks.plural import say_count

POOL = "load"
FINAL = {"COMPLETED", "FAILED", "CRASHED", "CANCELLED"}
COMPLAINTS = ("database is locked", "QueuePool limit", "TimeoutError", "Traceback")


class Shards(BaseModel):
    """What a flow run works on, and where it leaves a record of each shard."""

    first: int
    count: int
    workers: int
    seconds: float
    record: str


def hold_shards(parameters: Shards) -> int:
    """Hand out shards whose tasks wait."""
    shards = range(parameters.first, parameters.first + parameters.count)
    told = run_shards(
        hold_shard_task,
        shards,
        parameters.record,
        parameters.seconds,
        label="Hold shards",
        workers=parameters.workers,
    )
    return len(told)


def hold_shard_task(shard: int, record: str, seconds: float) -> None:
    """Wait, and record when that began and ended."""
    with Path(record, str(shard)).open("a", encoding="utf-8") as moments:
        moments.write(f"{time.time()} ")
        time.sleep(seconds)
        moments.write(f"{time.time()}\n")


flow = as_flow(hold_shards)


@contextmanager
def server(folder: Path, database: str | None) -> Iterator[str]:
    """Run a Prefect server, by default on SQLite; give the URL of its API."""
    port = free_port()
    api = f"http://127.0.0.1:{port}/api"
    settings = {"PREFECT_HOME": str(folder / "prefect"), "PREFECT_API_URL": ""}
    if database:
        settings["PREFECT_SERVER_DATABASE_CONNECTION_URL"] = database
    command = (sys.executable, "-m", "prefect", "server", "start", "--port", str(port))
    with running(command, folder / "server.log", settings):
        wait_for_port("127.0.0.1", port)
        yield api


def start_runs(api: str, folder: Path, runs: int, shards: Shards) -> list[str]:
    """Start flow runs that share the shards equally, with a worker for each; give their numbers."""
    _prefect(api, folder, "work-pool", "create", POOL, "--type", "process")
    here = Path(__file__)
    entrypoint = f"{here}:flow"
    _prefect(api, folder, "--no-prompt", "deploy", entrypoint, "--name", POOL, "--pool", POOL)
    each = shards.count // runs
    share = {"count": each, "workers": shards.workers // runs}
    with httpx.Client(base_url=f"{api}/", timeout=120) as client:
        (deployment,) = client.post("deployments/filter", json={}).json()
        url = f"deployments/{deployment['id']}/create_flow_run"
        started = []
        for number in range(runs):
            asked = shards.model_copy(update={**share, "first": number * each})
            body = {"parameters": {"parameters": asked.model_dump()}}
            started.append(client.post(url, json=body).raise_for_status().json()["id"])
    return started


def _prefect(api: str, folder: Path, *arguments: str) -> None:
    subprocess.run(
        [sys.executable, "-m", "prefect", *arguments],
        env={**os.environ, **_settings(api, folder)},
        cwd=Path(__file__).parents[3],
        check=True,
        capture_output=True,
    )


def _settings(api: str, folder: Path) -> dict[str, str]:
    return {"PREFECT_API_URL": api, "PREFECT_HOME": str(folder / "prefect")}


def watch(api: str, runs: list[str]) -> tuple[list[float], dict[str, str]]:
    """Wait until all flow runs have ended; give the seconds of requests meanwhile, and states."""
    answers: list[float] = []
    with httpx.Client(base_url=f"{api}/", timeout=120) as client:
        while True:
            time.sleep(1.0)
            begun = time.monotonic()
            found = client.post("flow_runs/filter", json={"limit": 200}).raise_for_status().json()
            answers.append(time.monotonic() - begun)
            states = {one["id"]: one["state_type"] for one in found if one["id"] in runs}
            if set(states.values()) <= FINAL:
                return answers, states


def count_states(api: str, expected: int) -> Counter[str]:
    """Count the states of all task runs, which the server learns a little late."""
    with httpx.Client(base_url=f"{api}/", timeout=120) as client:
        for _ in range(120):
            asked = {kind: {"task_runs": {"state": {"type": {"any_": [kind]}}}} for kind in _KINDS}
            counts = Counter(
                {
                    kind: client.post("task_runs/count", json=body).json()
                    for kind, body in asked.items()
                }
            )
            if +counts == {"COMPLETED": expected}:
                break
            time.sleep(1.0)
    return +counts


_KINDS = ("SCHEDULED", "PENDING", "RUNNING", *sorted(FINAL))


def read_record(record: Path) -> dict[str, Any]:
    """Count how often each shard was worked on, and the most that were at a time."""
    moments: list[tuple[float, int]] = []
    times: Counter[int] = Counter()
    for path in record.iterdir():
        lines = path.read_text(encoding="utf-8").splitlines()
        times[len(lines)] += 1
        for begun, ended in (map(float, line.split()) for line in lines):
            moments += [(begun, 1), (ended, -1)]
    moments.sort()
    return {
        "shards_worked_on_once": times[1],
        "shards_worked_on_again": times.total() - times[1],
        "most_at_a_time": max(accumulate(step for _, step in moments)),
        "tasks_per_s": times.total() / (moments[-1][0] - moments[0][0]),
    }


def measure(folder: Path, database: str | None, shards: Shards, runs: int) -> Mapping[str, Any]:
    """Measure one database."""
    Path(shards.record).mkdir(parents=True)
    with ExitStack() as held:
        api = held.enter_context(server(folder, database))
        started = start_runs(api, folder, runs, shards)
        command = (
            sys.executable,
            "-m",
            "prefect",
            "worker",
            "start",
            "--pool",
            POOL,
            "--limit",
            "1",
        )
        for number in range(runs):
            log = folder / f"worker-{number}.log"
            held.enter_context(running(command, log, _settings(api, folder)))
        answers, states = watch(api, started)
        counts = count_states(api, shards.count)
        complaints = (folder / "server.log").read_text(encoding="utf-8")
    return {
        "flow_runs": dict(Counter(states.values())),
        "task_runs": dict(counts),
        **read_record(Path(shards.record)),
        "answer_ms_median": 1000 * median(answers),
        "answer_ms_95": 1000 * quantiles(answers, n=20)[-1],
        "complaints": {words: complaints.count(words) for words in COMPLAINTS},
    }


def main() -> None:
    """Measure each database."""
    options = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    options.add_argument("work", type=Path, help="an empty folder that user postgres may enter")
    options.add_argument("--databases", nargs="*", default=["sqlite", "postgresql"])
    options.add_argument("--tasks", type=int, default=2_000)
    options.add_argument("--runs", type=int, default=4, help="flow runs, with a worker for each")
    options.add_argument("--in-flight", type=int, default=64, help="tasks at a time, of all runs")
    options.add_argument("--seconds", type=float, default=4.0, help="that each task waits")
    asked = options.parse_args()
    for name in asked.databases:
        folder = asked.work / name
        folder.mkdir(parents=True)
        shards = Shards(
            first=0,
            count=asked.tasks,
            workers=asked.in_flight,
            seconds=asked.seconds,
            record=str(folder / "shards"),
        )
        database: AbstractContextManager[str | None] = nullcontext()
        if name == "postgresql":
            database = postgresql(folder)
        with database as url:
            show(
                f"{name}, {say_count(asked.tasks, 'task')}",
                measure(folder, url, shards, asked.runs),
            )


if __name__ == "__main__":
    main()
