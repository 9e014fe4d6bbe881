import logging

import pytest
from prefect import task
from prefect.context import TaskRunContext

from flows.host import host
from flows.launch import launch
from flows.server import GPU_TAG
from flows.terminal import Terminal
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


def find_tags(_shard: int) -> set[str]:
    """Return the tags of the task run that runs it, which is alone."""
    context = TaskRunContext.get()
    assert context is not None
    return set(context.task.tags)


def on_a_gpu(parameters: str) -> list[set[str]]:
    """Run two tasks that need a GPU each, whatever the parameters."""
    return [tags for _, tags in host().runner(2, gpu=True).run(find_tags, [0, 1])]


@pytest.mark.usefixtures("server")
def test_task_runs_that_need_a_gpu_have_a_tag_that_can_be_limited() -> None:
    assert all(GPU_TAG in tags for tags in launch(on_a_gpu, "any"))


def test_without_a_server_a_gpu_has_one_task_at_a_time() -> None:
    at_work: list[int] = []
    most: list[int] = []

    def work(shard: int) -> None:
        at_work.append(shard)
        most.append(len(at_work))
        at_work.remove(shard)

    assert len(list(Terminal().runner(4, gpu=True).run(work, range(8)))) == 8
    assert max(most) == 1


def test_logs_of_runs_are_text_without_secrets() -> None:
    for name in ("prefect.flow_runs", "prefect.task_runs"):
        message = "%s: no answer from ftp://me:hush@host\x1b[2J"
        record = logging.LogRecord(name, logging.INFO, "", 0, message, ("a%b\u202e",), None)
        assert logging.getLogger(name).filter(record)
        assert record.getMessage() == r"a%b\u202e: no answer from ftp://***@host\x1b[2J"
