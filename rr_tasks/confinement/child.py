"""The program of a confined process: it answers one request after another.

It ends as soon as the process that started it does, even in the middle of a step.
"""

import os
import pickle
import socket
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from typing import Any

from rr_tasks.confinement.messages import receive, send
from rr_tasks.confinement.work import Answer, Prepare, Request, Work


def main() -> None:
    """Serve the connection whose number the command line names."""
    with suppress(OSError):  # Linux, out of memory, ends this process before the one that waits
        Path("/proc/self/oom_score_adj").write_text("500")
    connection = socket.socket(fileno=int(sys.argv[1]))
    requests: SimpleQueue[Request] = SimpleQueue()
    Thread(target=_receive, args=(connection, requests), daemon=True).start()
    steps: Iterator[Any] = iter(())
    while True:
        request = requests.get()  # whose arrival has imported what it names
        if isinstance(request, Prepare):
            steps = iter((None,))
        elif isinstance(request, Work):
            steps = request.function(*request.arguments)
        del request  # what it brought is kept only as long as the work needs it
        send(connection, _take(steps))


def _take(steps: Iterator[Any]) -> Answer:
    try:
        return Answer(next(steps))
    except Exception as error:  # noqa: BLE001 - it is raised where the work was wanted
        return Answer(error=_portable(error))


def _portable(error: Exception) -> Exception:
    """Return the error without what cannot be sent: its cause, and perhaps itself."""
    try:
        return pickle.loads(pickle.dumps(error))  # type: ignore[no-any-return]  # noqa: S301 - its own
    except Exception:  # noqa: BLE001 - whatever prevents it
        return RuntimeError(f"{type(error).__name__}: {error}")


def _receive(connection: socket.socket, requests: "SimpleQueue[Request]") -> None:
    try:
        while True:
            requests.put(receive(connection))
    except (EOFError, OSError):
        os._exit(0)


if __name__ == "__main__":
    main()
