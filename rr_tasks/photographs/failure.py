"""Says in a short sentence why a photograph could not be used."""

from collections.abc import Iterator
from contextlib import contextmanager

from rr_tasks.photographs.formats.base import UnusablePhotographError
from rr_tasks.photographs.negative import SALVAGE_HINT
from rr_tasks.retries import TRANSIENT
from rr_tasks.storage.failure import READING_STOPS, MissingFileError
from schemas.errors import ExpectedError

_NOT_ABOUT_ONE_PHOTOGRAPH = (*READING_STOPS, *TRANSIENT)


@contextmanager
def explain_photograph(url: str) -> Iterator[None]:
    """Turn whatever may be wrong with one photograph into an error that a job puts in its row.

    Args:
        url: of the photograph, which the reason does not repeat; nor does it advise to salvage, as
            jobs that read photographs in this way do not.

    Raises:
        UnusablePhotographError: it cannot be read or decoded.
        StorageError, ConnectionError, TimeoutError: storage does not answer, so that every other
            photograph would fail as well.
    """
    try:
        yield
    except _NOT_ABOUT_ONE_PHOTOGRAPH:
        raise
    except Exception as error:
        reason = reason_for(error).removeprefix(f"{url}: ").removesuffix(SALVAGE_HINT)
        raise UnusablePhotographError(reason) from error


def reason_for(error: Exception) -> str:
    """Return one line that says what is wrong with a photograph."""
    match error:
        case MissingFileError():
            return "the file is gone, or is a link that leads nowhere"
        case ExpectedError():
            return str(error)
        case MemoryError():
            return "there is not enough memory for it"
    first_line, name = str(error).strip().partition("\n")[0], type(error).__name__
    return f"{name}: {first_line}" if first_line else name
