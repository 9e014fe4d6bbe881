"""Puts the flows on a Prefect server: a work pool, the deployments of `prefect.yaml`, automations.

What exists is renewed without touching what people decide: parameters, schedules, and whether
something is paused.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import yaml
from prefect import Flow
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.actions import (
    DeploymentScheduleCreate,
    DeploymentUpdate,
    WorkPoolCreate,
)
from prefect.client.schemas.objects import ConcurrencyOptions
from prefect.client.schemas.schedules import CronSchedule
from prefect.exceptions import ObjectNotFound
from prefect.flows import load_flow_from_entrypoint
from prefect.settings import PREFECT_API_URL
from prefect.utilities.callables import parameter_schema
from prefect.workers.process import ProcessWorker

from flows.automations import apply_automations
from flows.server import check_server
from schemas.errors import ExpectedError

POOL = "default"

_PACKAGED = Path(__file__).with_name("prefect.yaml")
"""Where pyproject.toml puts a copy of infra/prefect.yaml in a wheel."""

_CHECKOUT = Path(__file__).parents[1] / "infra" / "prefect.yaml"


class NoServerError(ExpectedError, ValueError):
    """No Prefect server is configured."""


@dataclass(frozen=True)
class Deployed:
    """What is on the server now: all deployments as flow/name, the new ones, the automations."""

    deployments: tuple[str, ...]
    new: tuple[str, ...]
    automations: tuple[str, ...]


def deploy(folder: Path, *, pool: str = POOL, notify: str | None = None) -> Deployed:
    """Put work pool, deployments and automations on the server of `PREFECT_API_URL`.

    Args:
        folder: where runs start, so that their parameters can hold relative paths; it has to exist
            on the machines of the workers.
        pool: work pool of the deployments; one of the type process is made if it is missing.
        notify: see `flows.automations.apply_automations`.

    Raises:
        NoServerError: no server is configured.
        UnreachableServerError: it does not answer.
        UnknownBlockError: the server has no such block.
    """
    if not PREFECT_API_URL.value():
        raise NoServerError("set PREFECT_API_URL to the server, or start one: rr up")
    check_server()
    with get_client(sync_client=True) as client:
        _ensure_pool(client, pool)
        names, new = [], []
        for entry in read_deployments():
            flow: Flow[Any, Any] = load_flow_from_entrypoint(entry["entrypoint"])
            name = f"{flow.name}/{entry['name']}"
            names.append(name)
            if not _renew(client, name, flow, entry, folder):
                _create(client, flow, entry, folder, pool)
                new.append(name)
        automations = apply_automations(client, notify)
    return Deployed(tuple(names), tuple(new), tuple(automations))


def read_deployments() -> list[dict[str, Any]]:
    """Read the deployments that come with the package."""
    file = _PACKAGED if _PACKAGED.exists() else _CHECKOUT
    deployments: list[dict[str, Any]] = yaml.safe_load(file.read_text())["deployments"]
    return deployments


def _ensure_pool(client: SyncPrefectClient, name: str) -> None:
    try:
        client.read_work_pool(name)
    except ObjectNotFound:
        template = ProcessWorker.get_default_base_job_template()
        pool = WorkPoolCreate(name=name, type="process", base_job_template=template)
        client.create_work_pool(pool)


def _renew(
    client: SyncPrefectClient, name: str, flow: Flow[Any, Any], entry: dict[str, Any], folder: Path
) -> bool:
    """Renew what comes with this release in a deployment, if it exists."""
    try:
        existing = client.read_deployment_by_name(name)
    except ObjectNotFound:
        return False
    client.update_deployment(existing.id, DeploymentUpdate(**_of_release(flow, entry, folder)))
    return True


def _create(
    client: SyncPrefectClient, flow: Flow[Any, Any], entry: dict[str, Any], folder: Path, pool: str
) -> None:
    limit = entry.get("concurrency_limit", {})
    client.create_deployment(
        client.create_flow_from_name(flow.name),
        entry["name"],
        work_pool_name=pool,
        parameters=entry["parameters"],
        schedules=list(_schedules(entry)),
        concurrency_limit=limit.get("limit"),
        concurrency_options=(
            ConcurrencyOptions(collision_strategy=limit["collision_strategy"]) if limit else None
        ),
        enforce_parameter_schema=True,
        **_of_release(flow, entry, folder),
    )


def _of_release(flow: Flow[Any, Any], entry: dict[str, Any], folder: Path) -> dict[str, Any]:
    step = "prefect.deployments.steps.set_working_directory"
    return {
        "entrypoint": entry["entrypoint"],
        "version": version("reason-and-restore"),
        "description": flow.description,
        "parameter_openapi_schema": parameter_schema(flow).model_dump(exclude_unset=True),
        "pull_steps": [{step: {"directory": str(folder)}}],
    }


def _schedules(entry: dict[str, Any]) -> Iterator[DeploymentScheduleCreate]:
    for given in entry.get("schedules", ()):
        cron = CronSchedule(cron=given["cron"], timezone=given["timezone"])
        yield DeploymentScheduleCreate(
            schedule=cron, active=given["active"], slug=given["slug"], parameters={}
        )
