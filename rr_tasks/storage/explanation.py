"""Says what storage refused, where, and what to do about it, without revealing keys or secrets."""

from collections.abc import Iterator
from contextlib import contextmanager

from rr_tasks.retries import TRANSIENT
from rr_tasks.storage.failure import StorageError, explain_disk_error
from schemas.errors import ExpectedError


@contextmanager
def explain_errors(url: str) -> Iterator[None]:
    """Turn errors of storage libraries into a `StorageError` that names the URL.

    Raises:
        AccessDeniedError: the credentials are wrong, or a permission is missing.
        ProtectedFileError: the disk denies this user access.
        UnreachableStorageError: several requests in a row failed or got no answer.
        MissingBucketError: the bucket does not exist.
        MissingFileError: the file does not exist.
        StorageStoppedError: the disk is full, read-only or broken.
        StorageError: anything else.
    """
    try:
        yield
    except ExpectedError:
        raise
    except Exception as error:
        explained = _explain(url, error)
        if explained is None:
            raise
        raise explained from error


def _explain(url: str, error: Exception) -> StorageError | None:
    if "://" not in url or url.startswith("file://"):
        # A network error is not the disk's: it comes from what is read while the file is written.
        if isinstance(error, TRANSIENT) or not isinstance(error, OSError):
            return None
        return explain_disk_error(url, error)
    # The libraries that it knows are slow to import, and a disk never needs them.
    from rr_tasks.storage.network_failure import explain_network_error

    return explain_network_error(url, error)
