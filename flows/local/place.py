"""The folder of a server on this machine: its state, its logs, and the data of its deployments."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from flows.automations import HEARTBEAT_SECONDS
from flows.deploy import POOL
from flows.local import DATABASE_VARIABLE
from flows.local.database import read_url
from flows.local.part import Part
from flows.metrics.counters import FOLDER
from rr_tasks.samples import sample_photographs

HOST = "127.0.0.1"
RUNS_AT_A_TIME = 4
"""Each uses all cores; more than one, because a run that waits for a person counts as well."""


@dataclass(frozen=True)
class Place:
    """Where everything is.

    Args:
        folder: where runs start; absolute.
        port: of the server; the metrics are at the next one.
        database: URL of a PostgreSQL database; by default a file in the folder.
    """

    folder: Path
    port: int
    database: str | None = None

    @property
    def state(self) -> Path:
        """Folder of the server's own files."""
        return self.folder / "_server"

    @property
    def logs(self) -> Path:
        """Folder of the logs, one for each part."""
        return self.state / "logs"

    @property
    def counts(self) -> Path:
        """Folder in which the runs leave what the metrics show."""
        return self.state / "metrics"

    @property
    def url(self) -> str:
        """Address of the UI."""
        return f"http://{HOST}:{self.port}"

    @property
    def api(self) -> str:
        """What `PREFECT_API_URL` has to be."""
        return f"{self.url}/api"

    @property
    def metrics_url(self) -> str:
        """Address from which Prometheus reads."""
        return f"http://{HOST}:{self.port + 1}/metrics"

    def server(self) -> Part:
        """Return the Prefect server, which only this machine can reach."""
        environment = {
            "PREFECT_SERVER_API_HOST": HOST,
            "PREFECT_SERVER_API_PORT": str(self.port),
            "PREFECT_SERVER_UI_API_URL": self.api,  # else pages ask port 4200
            "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        }
        if self.database:
            url = read_url(self.database).render_as_string(hide_password=False)
            environment[DATABASE_VARIABLE] = url
        return self._part("server", ("-m", "prefect", "server", "start"), environment)

    def worker(self) -> Part:
        """Return the worker, which runs deployments as processes."""
        environment = {
            "PREFECT_FLOWS_HEARTBEAT_FREQUENCY": str(HEARTBEAT_SECONDS),
            FOLDER: str(self.counts),
        }
        limit = str(RUNS_AT_A_TIME)
        command = ("-m", "prefect", "worker", "start", "--pool", POOL, "--limit", limit)
        return self._part("worker", command, environment)

    def metrics(self) -> Part:
        """Return what Prometheus reads."""
        command = ("-m", "flows.cli", "metrics", "--port", str(self.port + 1))
        return self._part("metrics", command, {FOLDER: str(self.counts)})

    def _part(self, name: str, command: tuple[str, ...], environment: dict[str, str]) -> Part:
        shared = {"PREFECT_HOME": str(self.state), "PREFECT_API_URL": self.api}
        return Part(name, command, shared | environment, self.logs / f"{name}.log")


def keep_port(place: Place) -> None:
    """Note the port, for the next time."""
    _port_record(place.folder).write_text(str(place.port))


def find_port(folder: Path) -> int | None:
    """Return the port that a folder had the last time, if it had one."""
    record = _port_record(folder)
    kept = record.read_text() if record.exists() else ""
    return int(kept) if kept.isdecimal() else None  # a kill can leave it empty


def _port_record(folder: Path) -> Path:
    return Place(folder, 0).state / "port"


def furnish(folder: Path) -> None:
    """Make the folder, with sample photographs where the deployments look for photographs.

    What exists already stays as it is.
    """
    folder.mkdir(parents=True, exist_ok=True)
    samples = Path(sample_photographs()).parent
    for name, sample in _SAMPLES.items():
        if not (folder / name).exists():
            unfinished = folder / f".{name}.part"
            shutil.copytree(samples / sample, unfinished, dirs_exist_ok=True)
            unfinished.rename(folder / name)


_SAMPLES = {"photographs": "train", "heldout": "heldout", "archive": "heldout"}
