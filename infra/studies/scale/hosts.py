"""Restores an archive on two hosts in network namespaces, which share nothing but an S3 server.

    sudo python infra/studies/scale/hosts.py WORK

Each host has its own network, name and processes, and a Dask worker of one thread. Prints a line of
JSON for each measurement: tasks that wait on one host and on two, an archive restored by both, and
one during which a worker is killed in the middle of a chunk. Both archives are compared, byte for
byte, with one that a single machine restored without Dask.
"""

import argparse
import hashlib
import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from contextvars import copy_context
from pathlib import Path
from typing import Any

import s3fs
from cluster import make_photographs, seconds_of, show
from servers import running, wait_for_port
from waiting import find_process, wait

from flows.dask import DaskWorkers
from flows.launch import launch
from flows.restore import restore
from rr_tasks.archive import layout
from rr_tasks.storage.claim import claim_url
from schemas.archive import RestoreParameters

HERE = "10.77.0.1"
HOSTS = {"rr-host-a": "10.77.0.2", "rr-host-b": "10.77.0.3"}
BRIDGE = "rr-bridge"
S3_PORT, METRICS_PORT, DASK_PORT = 18333, 19327, 18786
SCHEDULER = f"tcp://{HERE}:{DASK_PORT}"
BUCKET = "archive"
KEYS = {
    "RR_S3_ENDPOINT_URL": f"http://{HERE}:{S3_PORT}",
    "RR_S3_ACCESS_KEY": "study",
    "RR_S3_SECRET_KEY": "a-secret-of-the-study",
}
CHUNK = 16


@contextmanager
def network() -> Iterator[None]:
    """Make a bridge, and a namespace behind it for each host."""
    _ip("link", "add", BRIDGE, "type", "bridge")
    try:
        _ip("addr", "add", f"{HERE}/24", "dev", BRIDGE)
        _ip("link", "set", BRIDGE, "up")
        for number, (host, address) in enumerate(HOSTS.items()):
            near, far = f"rr-near-{number}", f"rr-far-{number}"
            _ip("netns", "add", host)
            _ip("link", "add", near, "type", "veth", "peer", "name", far, "netns", host)
            _ip("link", "set", near, "master", BRIDGE, "up")
            _ip("-n", host, "addr", "add", f"{address}/24", "dev", far)
            _ip("-n", host, "link", "set", far, "up")
            _ip("-n", host, "link", "set", "lo", "up")
        yield
    finally:
        for host in HOSTS:
            subprocess.run(["ip", "netns", "del", host], check=False)
        _ip("link", "del", BRIDGE)


def _ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True)


@contextmanager
def storage(folder: Path) -> Iterator[s3fs.S3FileSystem]:
    """Run an S3 server that every host reaches, with an empty bucket."""
    key, secret = KEYS["RR_S3_ACCESS_KEY"], KEYS["RR_S3_SECRET_KEY"]
    owner = {
        "name": "study",
        "credentials": [{"accessKey": key, "secretKey": secret}],
        "actions": ["Admin", "Read", "Write", "List", "Tagging"],
    }
    config = folder / "s3.json"
    config.write_text(json.dumps({"identities": [owner]}))
    weed = str(Path(sys.executable).parent / "weed")
    places = (f"-dir={folder}", f"-ip={HERE}", "-ip.bind=0.0.0.0", f"-s3.port={S3_PORT}")
    more = ("-s3", f"-s3.config={config}", "-master.volumeSizeLimitMB=64", "-volume.max=30")
    metrics = f"-metricsPort={METRICS_PORT}"
    with running([weed, "server", *places, *more, metrics], folder / "s3.log"):
        wait_for_port(HERE, S3_PORT)
        bucket = s3fs.S3FileSystem(endpoint_url=KEYS["RR_S3_ENDPOINT_URL"], key=key, secret=secret)
        _insist(lambda: bucket.mkdir(BUCKET))
        yield bucket


def _insist(begin: Any) -> None:
    """Call something until the server, which has just started, is ready for it."""
    for _ in range(100):
        try:
            begin()
        except OSError:
            time.sleep(0.5)
        else:
            return
    raise TimeoutError("the S3 server does not start; see its log")


@contextmanager
def worker(host: str, folder: Path) -> Iterator[int]:
    """Run a worker on a host, with a name and processes of its own; give its process here."""
    inside = ("ip", "netns", "exec", host, "unshare", "--uts", "--pid", "--fork", "--kill-child")
    command = f"hostname {host} && exec {sys.executable} -m distributed.cli.dask_worker {SCHEDULER}"
    options = "--nthreads 1 --no-nanny --no-dashboard"
    shell = [*inside, "--mount-proc", "sh", "-c", f"{command} --host {HOSTS[host]} {options}"]
    with running(shell, folder / f"{host}.log", KEYS) as process:
        yield process


def count_requests() -> Counter[str]:
    """Count what the S3 server was asked so far, by the kind of request."""
    with urllib.request.urlopen(f"http://{HERE}:{METRICS_PORT}/metrics") as answer:
        metrics = answer.read().decode()
    counts: Counter[str] = Counter()
    for labels, value in re.findall(_COUNTED, metrics, re.MULTILINE):
        counts[re.findall(r'type="(.*?)"', labels)[0]] += int(float(value))
    return counts


_COUNTED = r"^SeaweedFS_s3_request_total\{(.*)\} (.*)$"


def run(task: Any, count: int, *arguments: Any) -> Iterator[Any]:
    """Run tasks on the hosts."""
    return DaskWorkers(SCHEDULER).run(task, range(count), *arguments)


def wait_for_hosts(count: int) -> None:
    """Wait until the workers of so many hosts have imported what tasks need."""
    while len({str(place) for _, place in run(find_host, 4)}) < count:
        time.sleep(0.2)


def find_host(key: int) -> str:
    """Tell the host."""
    find_process(key)
    return os.uname().nodename


def restore_to(name: str, runner: str) -> dict[str, Any]:
    """Restore the archive to a folder of this name, and count what is written in its ledgers."""
    os.environ.update({"RR_RUNNER": runner, "RR_DASK_ADDRESS": SCHEDULER})
    asked = RestoreParameters(
        input=f"s3://{BUCKET}/photographs",
        output=f"s3://{BUCKET}/{name}",
        chunk_size=CHUNK,
        previews=0,
    )
    begun = time.monotonic()
    summary = launch(restore, asked)
    return {"found": summary.found, "seconds": time.monotonic() - begun}


def look_into(bucket: s3fs.S3FileSystem, name: str) -> tuple[Counter[str], str]:
    """Count the rows of each photograph in the ledgers, and digest the restored files."""
    rows: Counter[str] = Counter()
    for ledger in bucket.find(f"{BUCKET}/{name}/{layout.LEDGER}"):
        lines = bucket.cat_file(ledger).decode().splitlines()
        rows.update(json.loads(line)["path"] for line in lines if "path" in json.loads(line))
    digest = hashlib.sha256()
    for path in sorted(bucket.find(f"{BUCKET}/{name}")):
        below = path.removeprefix(f"{BUCKET}/{name}/")
        if not below.startswith(layout.OWN):
            digest.update(below.encode() + bucket.cat_file(path))
    return rows, digest.hexdigest()


def kill_at_work(bucket: s3fs.S3FileSystem, name: str, host: str, process: int) -> str:
    """Kill a worker, with all of its processes, once it has claimed a chunk; give the chunk."""
    while True:
        bucket.invalidate_cache()
        for chunk in (f"{number:05d}" for number in range(10)):
            url = claim_url(f"{BUCKET}/{name}/{layout.work(chunk)}")
            try:
                claimed = bucket.cat_file(url).decode()
            except FileNotFoundError:
                continue
            if host in claimed:
                os.killpg(process, signal.SIGKILL)
                return chunk


def main() -> None:
    """Measure everything."""
    options = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    options.add_argument("work", type=Path, help="an empty folder")
    options.add_argument("--photographs", type=int, default=96)
    options.add_argument("--tasks", type=int, default=40, help="that wait half a second each")
    asked = options.parse_args()
    asked.work.mkdir(parents=True)
    os.environ.update({**KEYS, "PREFECT_API_URL": ""})
    make_photographs(asked.work / "photographs", asked.photographs)
    here = ("--host", HERE, "--port", str(DASK_PORT), "--no-dashboard")
    scheduler = [sys.executable, "-m", "distributed.cli.dask_scheduler", *here]
    with ExitStack() as held:
        held.enter_context(network())
        bucket = held.enter_context(storage(asked.work))
        bucket.put(str(asked.work / "photographs"), f"{BUCKET}/photographs", recursive=True)
        held.enter_context(running(scheduler, asked.work / "scheduler.log"))
        wait_for_port(HERE, DASK_PORT)
        show("alone", restore_to("alone", "threads"))
        first, second = HOSTS
        doomed = held.enter_context(worker(first, asked.work))
        wait_for_hosts(1)
        one = seconds_of(run(wait, asked.tasks, 0.5))
        held.enter_context(worker(second, asked.work))
        wait_for_hosts(2)
        two = seconds_of(run(wait, asked.tasks, 0.5))
        show("waiting", {"one_host_s": one, "two_hosts_s": two, "speedup": one / two})
        before = count_requests()
        restored = restore_to("both", "dask")
        asked_for = {
            kind: count / asked.photographs
            for kind, count in (count_requests() - before).most_common()
        }
        show("two hosts", {**restored, **_compare(bucket, "both")})
        show("requests for each photograph", asked_for)
        with ThreadPoolExecutor() as beside:
            killed = beside.submit(kill_at_work, bucket, "killed", first, doomed)
            restoring = beside.submit(copy_context().run, restore_to, "killed", "dask")
            show("killed", {"chunk": killed.result()})
            show("one killed", {**restoring.result(), **_compare(bucket, "killed")})


def _compare(bucket: s3fs.S3FileSystem, name: str) -> dict[str, Any]:
    """Compare an archive with the one that was restored alone."""
    rows, digest = look_into(bucket, name)
    same = digest == look_into(bucket, "alone")[1]
    return {"photographs_with_a_row": len(rows), "most_rows": max(rows.values()), "same": same}


if __name__ == "__main__":
    main()
