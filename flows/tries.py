"""Gives up a run that dies again and again, which `flows.automations` would start for ever."""

from prefect.runtime import flow_run

from schemas.errors import ExpectedError

MOST_TRIES = 4


class DiesAlwaysError(ExpectedError, RuntimeError):
    """A run was begun several times, and never ended by itself."""


def check_tries() -> None:
    """End this run if it was begun too often.

    Raises:
        DiesAlwaysError: it was.
    """
    begun = flow_run.get_run_count()
    if begun > MOST_TRIES:
        raise DiesAlwaysError(
            f"this run was begun {begun - 1} times and never ended well, so it is given up; its "
            "log shows how far it came (was there enough memory?), and a new run resumes there"
        )
