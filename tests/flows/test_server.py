import logging

import pytest
from prefect import task

from flows.launch import launch
from schemas.errors import ExpectedError


class BrokenError(ExpectedError, RuntimeError):
    """Something that a user can mend."""


@task
def fail(error: Exception) -> None:
    """Raise what is given."""
    raise error


def failing(parameters: Exception) -> None:
    """Fail in a task."""
    fail(parameters)  # type: ignore[unused-coroutine]  # a task may always be one


def tracebacks(caplog: pytest.LogCaptureFixture) -> int:
    return sum(1 for record in caplog.records if record.exc_info)


@pytest.mark.usefixtures("server")
def test_only_a_failure_that_nobody_expects_is_logged_with_a_traceback(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.ERROR), pytest.raises(BrokenError):
        launch(failing, BrokenError("mend the cable"))
    assert "mend the cable" in caplog.text
    assert tracebacks(caplog) == 0
    with caplog.at_level(logging.ERROR), pytest.raises(ZeroDivisionError):
        launch(failing, ZeroDivisionError("a bug"))
    assert tracebacks(caplog) > 0
