"""Reads photographs from storage."""

from functools import lru_cache

from rr_tasks.confinement.limits import Limits
from rr_tasks.confinement.process import confined
from rr_tasks.memory import available_memory
from rr_tasks.photographs.confined import show_in_steps
from rr_tasks.photographs.failure import explain_photograph
from rr_tasks.photographs.formats.base import UnreadablePhotographError, UnusablePhotographError
from rr_tasks.photographs.negative import MAX_PIXELS, largest_file
from rr_tasks.photographs.pixels import Bytes, Pixels, to_8_bits
from rr_tasks.storage.file import locate
from rr_tasks.storage.files import stamp
from schemas.archive import MAX_SECONDS

DECODER_VERSION = 3
"""Raised whenever a change of this package alters the pixels read from the same photograph."""

LARGEST_FILE = largest_file(MAX_PIXELS)
"""Bytes; what is larger cannot be a photograph that is read, so it is not even opened."""


def read_pixels(url: str) -> Pixels:
    """Decode a photograph to (H, W, 3) sRGB, upright, with its 8 or 16 bits.

    This is done in a process of its own, within the limits that `rr restore` has by default.

    Raises:
        StorageError: the file does not exist, is a folder, or cannot be accessed.
        UnusablePhotographError: it is not a photograph, is damaged, or takes more than it may.
    """
    file = locate(url)
    status = file.status()
    if status is not None and status.size > LARGEST_FILE:
        raise UnreadablePhotographError(
            f"its {status.size} bytes are more than a photograph of {MAX_PIXELS} pixels takes"
        )
    content = file.read()
    with explain_photograph(url):
        return _show(content, Limits(MAX_SECONDS, available_memory() // 2))


def _show(content: bytes, limits: Limits) -> Pixels:
    with confined(show_in_steps, content) as steps:
        limits.check_memory(steps.take(limits))
        pixels: Pixels = steps.take(limits)
    return pixels


def read_photograph(url: str) -> Bytes:
    """Decode a photograph to (H, W, 3) sRGB bytes, upright.

    The last few photographs, or the reasons against them, are kept, each until its file is
    replaced. The pixels are read-only.

    Raises:
        UnusablePhotographError, StorageError: see
            `rr_tasks.photographs.failure.explain_photograph`.
    """
    with explain_photograph(url):
        found = _decode(url, stamp(url))
    if isinstance(found, str):
        raise UnusablePhotographError(found)
    return found


@lru_cache(maxsize=4)
def _decode(url: str, stamp: str | None) -> Bytes | str:
    """Return the pixels, or the reason why there are none."""
    del stamp  # only tells one content from another
    try:
        with explain_photograph(url):
            photograph = to_8_bits(read_pixels(url))
    except UnusablePhotographError as error:
        return str(error)
    photograph.setflags(write=False)
    return photograph
