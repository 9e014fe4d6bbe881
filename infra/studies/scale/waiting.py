"""Tasks that need no core, for measurements of what hands out tasks."""

import os
import time


def find_process(_key: int) -> int:
    """Tell the process, a little later, so that no worker takes all keys."""
    time.sleep(0.1)
    return os.getpid()


def wait(_key: int, seconds: float) -> float:
    """Wait so many seconds, and tell how many."""
    time.sleep(seconds)
    return seconds


def do_nothing(_key: int) -> None:
    """Be a task of which only the handing out costs."""
