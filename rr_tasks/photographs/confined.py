"""Decodes and encodes photographs in processes of their own, step by step.

Whatever a hostile file does to a decoder, it does there: `rr_tasks.confinement`. The decoder sees
also what is written, because the output takes over much of the original's bytes.
"""

from collections.abc import Iterator

import cv2
import pyvips

from rr_tasks.photographs.encoding import encode
from rr_tasks.photographs.negative import open_photograph
from rr_tasks.photographs.photograph import Photograph
from rr_tasks.photographs.pixels import Pixels


def develop_in_steps(
    source: bytes, max_pixels: int, salvage: bool
) -> Iterator[tuple[int, int] | Photograph]:
    """Open a photograph, and decode it.

    Yields:
        First its weight and the memory that it takes at least (`Negative.weight` and
        `Negative.memory`), then the photograph.

    Raises:
        UnusablePhotographError: see `open_photograph` and `Negative.develop`.
    """
    _compute_alone()
    negative = open_photograph(source, max_pixels, salvage)
    yield negative.weight, negative.memory
    yield negative.develop()


def show_in_steps(source: bytes) -> Iterator[int | Pixels]:
    """Open a photograph, and decode it to what a viewer shows.

    Yields:
        First the memory that it takes at least, then its pixels, (H, W, 3), 8 or 16 bits.

    Raises:
        UnusablePhotographError: see `open_photograph` and `Negative.develop`.
    """
    _compute_alone()
    negative = open_photograph(source)
    yield negative.memory
    yield negative.develop().pixels


def encode_in_one_step(photograph: Photograph, pixels: Pixels) -> Iterator[bytes]:
    """Yield the encoded photograph.

    Raises:
        UnusablePhotographError: see `rr_tasks.photographs.encoding.encode`.
    """
    _compute_alone()
    yield encode(photograph, pixels)


def _compute_alone() -> None:
    """Let codecs use one core, without importing torch, which `rr_tasks.threads` would."""
    cv2.setNumThreads(1)
    pyvips.concurrency_set(1)
