"""The log of a training run: a row of averages every few steps."""

import json

from rr_tasks.storage.failure import MissingFileError
from rr_tasks.storage.files import publish_bytes, read_bytes
from schemas.errors import ExpectedError


class DamagedLogError(ExpectedError, ValueError):
    """The log of a training cannot be read."""


class TrainingLog:
    """Rows of JSON at a URL, few enough to rewrite the file for each row, so it is always complete.

    Args:
        url: URL of the log; rows of an earlier run stay, except those after `step`.
        step: step of the checkpoint from which the run resumes, and after which it writes rows
            again; 0 without a checkpoint, when no row stays.
    """

    def __init__(self, url: str, step: int) -> None:
        self._url = url
        try:
            lines = read_bytes(url).decode().splitlines()
            self._lines = [line for line in lines if step and json.loads(line)["step"] <= step]
        except MissingFileError:
            self._lines = []
        except (ValueError, KeyError, TypeError) as error:
            raise DamagedLogError(f"{url}: not a readable log of a training; delete it") from error

    def append(self, row: dict[str, float]) -> None:
        """Add a row.

        Raises:
            StorageError: storage refuses; the earlier rows stay.
        """
        self._lines.append(json.dumps(row))
        publish_bytes("".join(f"{line}\n" for line in self._lines).encode(), self._url)
