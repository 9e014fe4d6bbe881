"""Watches a process change storage, and lets it die beside a change."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

Side = Literal["before", "after"]
BOTH: tuple[Side, ...] = ("before", "after")
Moment = tuple[str, Side]
"""Beside a write, such as `("put 00000.tar", "after")`."""

_REQUESTS = {
    "put_object": "put",
    "delete_object": "remove",
    "create_multipart_upload": "begin",
    "upload_part": "part",
    "complete_multipart_upload": "put",
}


class Writes:
    """Notes every write, and sends this process a signal at a moment."""

    def __init__(self, log: Path, signals: dict[Moment, int]) -> None:
        self._log, self._signals = log.open("a", buffering=1), signals

    @contextmanager
    def noted(self, kind: str, path: Any) -> Iterator[None]:
        write = f"{kind} {str(path).rsplit('/', 1)[-1]}"
        self._log.write(write + "\n")
        self._reach((write, "before"))
        yield
        self._reach((write, "after"))

    def _reach(self, moment: Moment) -> None:
        if moment in self._signals:
            os.kill(os.getpid(), self._signals.pop(moment))


def watch(writes: Writes) -> None:
    from s3fs import S3FileSystem

    from rr_tasks.storage.atomic import PARTIAL

    def watched(kind: str, change: Callable[..., Any], place: int) -> Callable[..., Any]:
        def changed(*arguments: Any, **options: Any) -> Any:
            name = Path(arguments[place]).name
            if PARTIAL.fullmatch(name) or name.endswith("lock"):  # nobody sees or reads it
                return change(*arguments, **options)
            with writes.noted(kind, arguments[place]):
                return change(*arguments, **options)

        return changed

    send = S3FileSystem._call_s3

    async def sent(self: Any, method: str, *arguments: Any, **options: Any) -> Any:
        if method not in _REQUESTS:
            return await send(self, method, *arguments, **options)
        with writes.noted(_REQUESTS[method], options["Key"]):
            return await send(self, method, *arguments, **options)

    S3FileSystem._call_s3 = sent
    Path.replace = watched("put", Path.replace, 1)  # type: ignore[method-assign]
    Path.hardlink_to = watched("put", Path.hardlink_to, 0)  # type: ignore[method-assign]
    Path.unlink = watched("remove", Path.unlink, 0)  # type: ignore[method-assign]
