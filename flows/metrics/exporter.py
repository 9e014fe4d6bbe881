"""Serves metrics over HTTP: those that the processes of this machine left in a folder, and more."""

import os
from pathlib import Path

from prometheus_client import CollectorRegistry, start_http_server
from prometheus_client.multiprocess import MultiProcessCollector

from flows.metrics.counters import FOLDER
from flows.metrics.queue import Queue
from schemas.errors import ExpectedError


class CannotServeError(ExpectedError, OSError):
    """The address cannot be listened at."""


def serve(host: str, port: int) -> None:
    """Serve metrics until the process is ended.

    Raises:
        CannotServeError: the address cannot be listened at.
    """
    registry = CollectorRegistry()
    registry.register(Queue())
    folder = os.environ.get(FOLDER)
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
        MultiProcessCollector(registry, folder)  # type: ignore[no-untyped-call]
    try:
        _, thread = start_http_server(port, host, registry)
    except OSError as error:
        raise CannotServeError(
            f"{host}:{port}: {error.strerror or error}; choose another --port"
        ) from error
    thread.join()
