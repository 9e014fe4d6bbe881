"""Says in a short sentence what went wrong with a photograph."""

from rr_tasks.photographs.formats.base import UnusablePhotographError
from rr_tasks.reasoner.diagnosis import UndiagnosedError
from rr_tasks.storage.failure import MissingFileError, StorageError


class EngineError(RuntimeError):
    """The engine's answer cannot be used for this photograph."""


def reason_for(error: Exception) -> str:
    """Return one line, for the list of failures."""
    match error:
        case MissingFileError():
            return "the file is gone, or is a link that leads nowhere"
        case UnusablePhotographError() | UndiagnosedError() | StorageError() | EngineError():
            return str(error)
        case MemoryError():
            return "there is not enough memory for it"
    first_line = str(error).strip().split("\n")[0]
    name = type(error).__name__
    return f"{name}: {first_line}" if first_line else name
