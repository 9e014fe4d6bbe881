"""No test may silence loggers: those that come after it would look at empty logs and say nothing.

`logging.config.dictConfig` does so by default to every logger there is.
"""

import logging
from collections.abc import Iterator

import pytest


def _silenced() -> set[str]:
    known = logging.root.manager.loggerDict.items()
    return {name for name, logger in known if getattr(logger, "disabled", False)}


@pytest.fixture(autouse=True)
def loggers_left_alone() -> Iterator[None]:
    """Fail the test that disables a logger, and let the others hear it again."""
    before = _silenced()
    yield
    silenced = sorted(_silenced() - before)
    for name in silenced:
        logging.getLogger(name).disabled = False
    assert not silenced, f"this test disabled {', '.join(silenced)}"
