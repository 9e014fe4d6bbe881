"""Events by which automations learn that a stage went wrong; see `flows.automations`."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from prefect import get_run_logger
from prefect.events import emit_event
from prefect.runtime import flow_run

from rr_tasks.archive.reconcile import CountsDisagreeError
from schemas.archive import RunSummary
from schemas.settings import alarm_settings

UNRECONCILED = "rr.archive.counts-disagree"
TOO_MANY_FAILED = "rr.archive.too-many-failed"
DISK_FULL = "rr.disk.full"

_FULL = (errno.ENOSPC, errno.EDQUOT)


def report_result(result: object) -> None:
    """Emit an event if too many photographs of an archive failed, and say what comes of it."""
    if not isinstance(result, RunSummary) or not result.found:
        return
    failed = result.counts.failed
    share = alarm_settings().share
    if failed / result.found > share:
        get_run_logger().warning(
            "An alarm is raised, as %s of %s photographs failed, more than %g %% (RR_ALARM_SHARE). "
            "It pauses the schedules of a deployment until somebody resumes it in the UI.",
            f"{failed:,}",
            f"{result.found:,}",
            100 * share,
        )
        payload = {"failed": failed, "found": result.found, "reasons": result.reasons}
        _emit(TOO_MANY_FAILED, {**payload, "list": result.failures})


@contextmanager
def reporting_errors() -> Iterator[None]:
    """Emit an event if what happens here ends with an error that an automation handles."""
    try:
        yield
    except CountsDisagreeError as error:
        _emit(UNRECONCILED, {"message": str(error)})
        raise
    except OSError as error:
        if error.errno in _FULL:
            _emit(DISK_FULL, {"message": str(error)})
        raise


def _emit(event: str, payload: dict[str, Any]) -> None:
    """Emit an event about this flow run; Prefect adds its deployment and work pool."""
    resource = {
        "prefect.resource.id": f"prefect.flow-run.{flow_run.get_id()}",
        "prefect.resource.name": str(flow_run.get_name()),
    }
    emit_event(event, resource=resource, payload=payload)
