"""A run that always dies is given up."""

import pytest
from prefect.runtime import flow_run

from flows.tries import MOST_TRIES, DiesAlwaysError, check_tries


def test_a_run_that_always_dies_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flow_run, "get_run_count", lambda: MOST_TRIES)
    check_tries()
    monkeypatch.setattr(flow_run, "get_run_count", lambda: MOST_TRIES + 1)
    with pytest.raises(DiesAlwaysError, match=f"begun {MOST_TRIES} times"):
        check_tries()
