"""Keeps training photographs out of the evaluation."""

import hashlib

from rr_tasks.photographs.listing import list_photographs
from rr_tasks.storage.files import read_bytes
from schemas.errors import ExpectedError


class LeakageError(ExpectedError, ValueError):
    """A photograph is used both for training and for evaluation."""


def check_disjoint(photographs: str, heldout: str) -> None:
    """Compare the contents of two folders of photographs.

    Raises:
        LeakageError: both contain the same file, under whatever names.
        MissingFolderError: a folder is missing or contains no photograph.
    """
    learned = {_digest(url) for url in list_photographs(photographs)}
    for url in list_photographs(heldout):
        if _digest(url) in learned:
            raise LeakageError(
                f"{url} is also among the photographs in {photographs}; figures on photographs "
                "that were learned from mean nothing: keep the two folders apart"
            )


def _digest(url: str) -> bytes:
    return hashlib.sha256(read_bytes(url)).digest()
