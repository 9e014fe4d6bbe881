"""What the server does by itself: automations for runs that die, and for archives that go wrong."""

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.objects import StateType
from prefect.events.actions import (
    ActionTypesOrUnknown,
    ChangeFlowRunState,
    PauseDeployment,
    PauseWorkPool,
    SendNotification,
)
from prefect.events.schemas.automations import AutomationCore, EventTrigger, Posture
from prefect.exceptions import ObjectNotFound

from flows.events import DISK_FULL, TOO_MANY_FAILED, UNRECONCILED
from schemas.errors import ExpectedError

HEARTBEAT_SECONDS = 30
"""Between two signs of life of a run, the least that Prefect allows."""

_MISSED = 3
_RUNS = {"prefect.resource.id": "prefect.flow-run.*"}
_MESSAGE = (
    "{{ automation.name }}: {{ automation.description }}"
    "{% if event %} {{ event.resource.name }}: {{ event.payload }}{% endif %}"
)


class UnknownBlockError(ExpectedError, ValueError):
    """A notification block does not exist."""


def apply_automations(client: SyncPrefectClient, notify: str | None = None) -> list[str]:
    """Create the automations, or renew those of the same name; return their names.

    Whether somebody has switched one off is kept.

    Args:
        client: of the server.
        notify: the block that is told, as KIND/NAME, such as slack-webhook/operators.

    Raises:
        UnknownBlockError: the server has no such block.
    """
    block = _find_block(client, notify) if notify else None
    wanted = list(_automations(block))
    for automation in wanted:
        existing = client.read_automations_by_name(automation.name)
        if not existing:
            client.create_automation(automation)
        elif _differ(existing[0], automation):
            renewed = automation.model_dump(exclude={"owner_resource"})
            renewed["enabled"] = existing[0].enabled
            client.update_automation(existing[0].id, AutomationCore(**renewed))
    return [automation.name for automation in wanted]


def _differ(existing: AutomationCore, wanted: AutomationCore) -> bool:
    """Whether an automation is out of date; one that is renewed forgets which runs it watches."""
    compared = {"description", "trigger", "actions"}
    return existing.model_dump(include=compared) != wanted.model_dump(include=compared)


def _automations(block: UUID | None) -> Iterator[AutomationCore]:
    told: list[ActionTypesOrUnknown] = (
        [SendNotification(block_document_id=block, subject="Reason and Restore", body=_MESSAGE)]
        if block
        else []
    )
    yield AutomationCore(
        name="rr: a run died",
        description="A run that gave no sign of life counts as crashed, so that it can go on.",
        trigger=EventTrigger(
            after={"prefect.flow-run.Running", "prefect.flow-run.heartbeat"},
            expect={"prefect.flow-run.*"},  # the next heartbeat, or any state, whatever its name
            match=_RUNS,
            for_each={"prefect.resource.id"},
            posture=Posture.Proactive,
            threshold=1,
            within=timedelta(seconds=_MISSED * HEARTBEAT_SECONDS),
        ),
        actions=[
            ChangeFlowRunState(
                state=StateType.CRASHED,
                message="It gave no sign of life: its process or its machine has died.",
            ),
            *told,
        ],
    )
    yield AutomationCore(
        name="rr: a dead run goes on",
        description="A run of a deployment that crashed is started again, and resumes.",
        trigger=EventTrigger(
            expect={"prefect.flow-run.Crashed"},
            match=_RUNS,
            match_related={"prefect.resource.role": "deployment"},
            posture=Posture.Reactive,
            threshold=1,
        ),
        actions=[ChangeFlowRunState(state=StateType.SCHEDULED, name="AwaitingRetry")],
    )
    paused = PauseDeployment(source="inferred")
    yield AutomationCore(
        name="rr: counts disagree",
        description="Photographs found and outcomes do not add up, so the deployment is paused.",
        trigger=_when(UNRECONCILED),
        actions=[paused, *told],
    )
    yield AutomationCore(
        name="rr: too many failed",
        description="More photographs failed than RR_ALARM_SHARE, so the deployment is paused.",
        trigger=_when(TOO_MANY_FAILED),
        actions=[paused, *told],
    )
    yield AutomationCore(
        name="rr: disk full",
        description="A disk is full, so the work pool is paused: free some space, then resume it.",
        trigger=_when(DISK_FULL),
        actions=[PauseWorkPool(source="inferred"), *told],
    )


def _when(event: str) -> EventTrigger:
    return EventTrigger(expect={event}, match=_RUNS, posture=Posture.Reactive, threshold=1)


def _find_block(client: SyncPrefectClient, notify: str) -> UUID:
    kind, _, name = notify.partition("/")
    try:
        return client.read_block_document_by_name(name, kind, include_secrets=False).id
    except ObjectNotFound as error:
        raise UnknownBlockError(
            f"the server has no block {notify}; make one in the UI (Blocks), and name it as "
            "KIND/NAME, such as slack-webhook/operators"
        ) from error
