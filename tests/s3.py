"""A real S3 server for the tests: SeaweedFS, started when the first test asks for it."""

import json
import random
import socket
import subprocess
import sysconfig
import time
import uuid
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import s3fs
from botocore.exceptions import BotoCoreError

BUCKET = "photographs"
KEY, SECRET = "rr-tests-key", "rr/tests+secret-that-nothing-may-show"
READER_KEY, READER_SECRET = "rr-reader-key", "rr/reader+secret-that-nothing-may-show"

_IDENTITIES = {
    "identities": [
        {
            "name": "owner",
            "credentials": [{"accessKey": KEY, "secretKey": SECRET}],
            "actions": ["Admin", "Read", "Write", "List", "Tagging"],
        },
        {
            "name": "reader",
            "credentials": [{"accessKey": READER_KEY, "secretKey": READER_SECRET}],
            "actions": ["Read", "List"],
        },
    ]
}
_SECONDS_TO_START = 60


@dataclass(frozen=True)
class S3:
    """A folder of its own in a bucket of the server."""

    endpoint: str
    url: str


@pytest.fixture(scope="session")
def s3_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The endpoint of a running S3 server that has the bucket `BUCKET`; it ends with the tests."""
    folder = tmp_path_factory.mktemp("s3")
    config = folder / "s3.json"
    config.write_text(json.dumps(_IDENTITIES))
    with _running(folder, config) as endpoint:
        yield endpoint


@pytest.fixture
def s3(s3_server: str, monkeypatch: pytest.MonkeyPatch) -> S3:
    """An empty folder on the server, and settings that lead there."""
    for name, value in {
        "ENDPOINT_URL": s3_server,
        "ACCESS_KEY": KEY,
        "SECRET_KEY": SECRET,
        "CONNECT_TIMEOUT": "1",
    }.items():
        monkeypatch.setenv(f"RR_S3_{name}", value)
    return S3(s3_server, f"s3://{BUCKET}/{uuid.uuid4().hex}")


@contextmanager
def _running(folder: Path, config: Path) -> Iterator[str]:
    names = ("master.port", "volume.port", "filer.port", "s3.port")
    ports = dict(zip(names, _free_ports(len(names)), strict=True))
    command = [
        f"{sysconfig.get_path('scripts')}/weed",
        "server",
        f"-dir={folder}",
        "-ip=127.0.0.1",
        "-ip.bind=127.0.0.1",
        *(f"-{name}={port}" for name, port in ports.items()),
        "-master.volumeSizeLimitMB=64",
        "-volume.max=30",
        "-volume.minFreeSpace=100MiB",  # by default a share of the disk, however large
        "-s3",
        f"-s3.config={config}",
        "-s3.autoCreateBucket=false",
        "-s3.port.iceberg=0",
        "-s3.port.lance=0",
    ]
    endpoint = f"http://127.0.0.1:{ports['s3.port']}"
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log)
        try:
            _wait(server, endpoint, folder / "log")
            yield endpoint
        finally:
            server.kill()  # what it holds is thrown away
            server.wait()
            _remove_sockets(ports.values())


def _remove_sockets(ports: Iterable[int]) -> None:
    """Remove what the server leaves behind outside its folder, which no option can move."""
    for port in ports:
        for name in (f"*-{port}", f"*-grpc-{port + 10_000}"):
            for path in Path("/tmp").glob(f"seaweedfs-{name}.sock"):
                path.unlink(missing_ok=True)


def _free_ports(count: int) -> list[int]:
    """Ports that are free, each with the one 10,000 above it, where the server listens too."""
    with ExitStack() as held:
        found: list[int] = []
        while len(found) < count:
            port = random.randrange(20_000, 50_000)
            try:
                for one in (port, port + 10_000):
                    held.enter_context(closing(socket.create_server(("127.0.0.1", one))))
            except OSError:
                continue
            found.append(port)
        return found


def _wait(server: "subprocess.Popen[bytes]", endpoint: str, log: Path) -> None:
    """Until a bucket can be made and written to."""
    deadline = time.monotonic() + _SECONDS_TO_START
    while True:
        storage = s3fs.S3FileSystem(
            endpoint_url=endpoint, key=KEY, secret=SECRET, skip_instance_cache=True
        )
        try:
            if not storage.exists(BUCKET):
                storage.mkdir(BUCKET)
            storage.pipe_file(f"{BUCKET}/ready", b"")
        except (OSError, BotoCoreError):
            if server.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"no S3 server: {log.read_text()[-2_000:]}") from None
            time.sleep(0.2)
        else:
            return
