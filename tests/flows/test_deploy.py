"""What `rr deploy` puts on a real server, and what the automations there do."""

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.actions import DeploymentUpdate
from prefect.client.schemas.responses import DeploymentResponse
from prefect.events import emit_event
from prefect.events.schemas.automations import AutomationCore
from prefect.settings import PREFECT_API_URL, temporary_settings
from prefect.states import Running

from flows import deployments
from flows.automations import UnknownBlockError, apply_automations
from flows.deploy import Deployed, NoServerError, deploy, read_deployments
from flows.events import DISK_FULL
from tests.flows.conftest import POOL


@pytest.fixture(scope="module")
def client(server: Path) -> Iterator[SyncPrefectClient]:
    with get_client(sync_client=True) as client:
        yield client


@pytest.fixture
def nightly(client: SyncPrefectClient, deployed: Deployed) -> Callable[[], DeploymentResponse]:
    return lambda: client.read_deployment_by_name("restore/nightly")


def until(happened: Callable[[], Any], seconds: float = 120) -> Any:
    """Wait until something is true, and return it."""
    deadline = time.monotonic() + seconds
    while not (result := happened()):
        assert time.monotonic() < deadline
        time.sleep(0.2)
    return result


def test_every_flow_is_deployed_and_asks_for_what_it_lacks(
    client: SyncPrefectClient, deployed: Deployed
) -> None:
    assert len(deployed.deployments) == len(deployed.new) == len(read_deployments())
    training = client.read_deployment_by_name("train-restorer/train-restorer")
    assert training.entrypoint == "flows.deployments.train_restorer"
    assert training.pull_steps == [
        {"prefect.deployments.steps.set_working_directory": {"directory": "/data"}}
    ]
    form = training.parameter_openapi_schema["definitions"]["TrainRestorerParameters"]
    assert set(form["required"]) - set(training.parameters["parameters"]) == {
        "shards",
        "annotations",
    }
    assert client.read_work_pool(POOL).type == "process"


def test_schedules_wait_until_somebody_switches_them_on(
    client: SyncPrefectClient, nightly: Callable[[], DeploymentResponse]
) -> None:
    weekly = client.read_deployment_by_name("refresh-all/weekly")
    for one in (nightly(), weekly):
        (schedule,) = one.schedules
        assert not schedule.active
        assert one.global_concurrency_limit.limit == 1


def test_what_people_have_set_is_kept(
    client: SyncPrefectClient, nightly: Callable[[], DeploymentResponse]
) -> None:
    before = nightly()
    (schedule,) = before.schedules
    chosen = {"parameters": {"input": "s3://photographs/all", "output": "s3://photographs/done"}}
    client.update_deployment(before.id, DeploymentUpdate(parameters=chosen, paused=True))
    client.update_deployment_schedule(before.id, schedule.id, active=True)
    (dead,) = client.read_automations_by_name("rr: a run died")
    off = dead.model_dump(exclude={"id", "owner_resource"}) | {"enabled": False, "description": ""}
    client.update_automation(dead.id, AutomationCore(**off))

    again = deploy(Path("/elsewhere"), pool=POOL)
    assert again.new == ()
    after = nightly()
    assert after.id == before.id
    assert after.parameters == chosen
    assert after.paused
    assert after.schedules[0].active
    assert "/elsewhere" in str(after.pull_steps)
    (renewed,) = client.read_automations_by_name("rr: a run died")
    assert not renewed.enabled
    assert renewed.description == dead.description
    for name in again.automations:
        assert len(client.read_automations_by_name(name)) == 1
    client.update_automation(dead.id, AutomationCore(**(off | {"enabled": True})))
    client.resume_deployment(after.id)


def test_a_run_without_a_sign_of_life_counts_as_crashed(
    client: SyncPrefectClient, deployed: Deployed
) -> None:
    run = client.create_flow_run(deployments.restore, parameters={}, state=Running())
    long_ago = datetime.now(UTC) - timedelta(seconds=100)
    resource = {"prefect.resource.id": f"prefect.flow-run.{run.id}"}
    emit_event("prefect.flow-run.heartbeat", resource=resource, occurred=long_ago)
    state = until(lambda: (now := client.read_flow_run(run.id).state).is_crashed() and now)
    assert "no sign of life" in state.message


def test_a_full_disk_pauses_the_work_pool(client: SyncPrefectClient, deployed: Deployed) -> None:
    pool = client.read_work_pool(POOL)
    emit_event(
        DISK_FULL,
        resource={"prefect.resource.id": "prefect.flow-run.any"},
        related=[
            {
                "prefect.resource.id": f"prefect.work-pool.{pool.id}",
                "prefect.resource.role": "work-pool",
            }
        ],
    )
    until(lambda: client.read_work_pool(POOL).is_paused)


def test_a_block_that_is_told_has_to_exist(client: SyncPrefectClient) -> None:
    with pytest.raises(UnknownBlockError, match="no block slack-webhook/nobody; make one"):
        apply_automations(client, notify="slack-webhook/nobody")


def test_without_a_server_nothing_is_deployed() -> None:
    with (
        temporary_settings({PREFECT_API_URL: None}),
        pytest.raises(NoServerError, match="set PREFECT_API_URL"),
    ):
        deploy(Path("/data"))
