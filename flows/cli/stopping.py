"""Ends the process after Ctrl-C or SIGTERM: always with the same line and the status of shells.

Work may end at any moment without harm, and the next run resumes. So the first signal lets what is
under way unwind, for a few seconds at most, and whatever happens meanwhile is no news any more; the
second one, and one that comes during imports, where nothing is under way, end the process at once.
"""

import _thread
import os
import signal
import sys
import time

TYPE_CHECKING = False  # a signal before `Listening` finds nobody, so little is imported until then
if TYPE_CHECKING:
    from types import FrameType, TracebackType
    from typing import NoReturn

LINE = "Stopped. Run the same command again to resume."
PATIENCE = 3.0
"""Seconds that what is under way has to unwind."""

_SIGNALS = (signal.SIGINT, signal.SIGTERM)
_SHOW_CURSOR = "\x1b[?25h\n"
"""A bar that is being drawn hides it."""

_heard: list[int] = []
_said: list[str] = []


class Listening:
    """Lets a signal during the block end the process; afterwards, the result stands."""

    def __enter__(self) -> None:
        for number in _SIGNALS:
            signal.signal(number, _hear)

    def __exit__(
        self,
        kind: "type[BaseException] | None",
        error: "BaseException | None",
        trace: "TracebackType | None",
    ) -> None:
        for number in _SIGNALS:
            signal.signal(number, signal.SIG_IGN)
        if _heard:
            say()
            if _are_threads_at_work():
                _leave()
            sys.exit(status())


def status() -> int:
    """Return the exit status that tells which signal ended the process, by default Ctrl-C."""
    return 128 + (_heard[0] if _heard else signal.SIGINT)


def say() -> None:
    """Say that the process was stopped, and how to go on; after a signal only once."""
    if not _said:
        sys.stderr.write(f"{LINE}\n")
        sys.stderr.flush()
    if _heard:
        _said.append(LINE)


def _hear(number: int, frame: "FrameType | None") -> None:
    _heard.append(number)
    if len(_heard) > 1 or _is_importing(frame):
        _leave()
    _thread.start_new_thread(_leave_later, ())  # it takes no lock that the main thread may hold
    raise KeyboardInterrupt


def _is_importing(frame: "FrameType | None") -> bool:
    while frame is not None:
        if frame.f_code.co_filename.startswith("<frozen importlib"):
            return True
        frame = frame.f_back
    return False


def _are_threads_at_work() -> bool:
    """Whether the process would wait for threads at its end."""
    import threading

    others = set(threading.enumerate()) - {threading.main_thread()}
    return not all(one.daemon for one in others)


def _leave_later() -> None:
    time.sleep(PATIENCE)
    _leave()


def _leave() -> "NoReturn":
    """End the process at once, from any thread and in the middle of anything."""
    if not _said:
        cursor = _SHOW_CURSOR if os.isatty(2) else ""
        os.write(2, f"{cursor}{LINE}\n".encode())
    os._exit(status())
