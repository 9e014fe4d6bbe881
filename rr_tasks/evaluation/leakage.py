"""Keeps training photographs out of the evaluation."""

import hashlib
from collections.abc import Iterator

from rr_tasks.photographs.listing import list_photographs
from rr_tasks.storage.failure import StorageError
from rr_tasks.storage.files import read_each
from schemas.errors import ExpectedError


class LeakageError(ExpectedError, ValueError):
    """A photograph is used both for training and for evaluation."""


def check_disjoint(photographs: str, heldout: str) -> None:
    """Compare the contents of two folders of photographs; nothing is learned from unreadable ones.

    Raises:
        LeakageError: both contain the same file, under whatever names.
        MissingFolderError: a folder is missing or contains no photograph.
        StorageError: storage does not answer; see `READING_STOPS`.
    """
    learned = {digest for _, digest in _digests(photographs)}
    for url, digest in _digests(heldout):
        if digest in learned:
            raise LeakageError(
                f"{url} is also among the photographs in {photographs}; figures on photographs "
                "that were learned from mean nothing: keep the two folders apart"
            )


def _digests(folder: str) -> Iterator[tuple[str, bytes]]:
    """Yield URL and digest of each file that can be read and is not empty."""
    found = list_photographs(folder)
    for url, content in zip(found, read_each(found), strict=True):
        if content and not isinstance(content, StorageError):
            yield url, hashlib.sha256(content).digest()
