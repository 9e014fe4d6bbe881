"""How many threads a computation uses."""

import os

import cv2
import pyvips
import torch
from threadpoolctl import threadpool_limits

from rr_tasks.cpu import available_cpus


def compute_in_threads(count: int) -> None:
    """Let torch compute in so many threads in this thread, and NumPy, OpenCV, libvips in all."""
    torch.set_num_threads(count)
    threadpool_limits(count, "blas")  # or NumPy's threads spin after each small product
    cv2.setNumThreads(count)
    pyvips.concurrency_set(count)


def compute_threads() -> int:
    """Return how many threads a computation that runs alone should use: `OMP_NUM_THREADS` or all.

    The number never exceeds the cores that this process may use.
    """
    wanted = os.environ.get("OMP_NUM_THREADS", "")
    return int(wanted) if wanted.isdecimal() and int(wanted) else available_cpus()
