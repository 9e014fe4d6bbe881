"""How what Prefect logs of runs appears, on terminals and in its UI."""

import logging

from rr_tasks.display import to_lines
from schemas.url import mask_secrets


def show_as_text(*names: str) -> None:
    """Let these loggers log text that gives a terminal no commands and tells no secrets."""
    for name in names:
        logging.getLogger(name).addFilter(_AsText())


class _AsText(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = to_lines(mask_secrets(record.getMessage())), None
        return True
