"""Keeps tracebacks of failures that a user can mend out of the logs of runs."""

import logging

from schemas.errors import ExpectedError

_LOGGERS = ("prefect.flow_runs", "prefect.task_runs")


class _WithoutTraceback(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        error = record.exc_info[1] if record.exc_info else None
        if isinstance(error, ExpectedError):
            record.exc_info = record.exc_text = None  # the message holds the error already
        return True


_WITHOUT_TRACEBACK = _WithoutTraceback()


def leave_out_expected_tracebacks() -> None:
    """Let Prefect log an `ExpectedError` as its message alone, on the terminal and in the UI."""
    for name in _LOGGERS:
        logging.getLogger(name).addFilter(_WITHOUT_TRACEBACK)
