"""What the API of a Prefect server tells of flow runs."""

import time
from typing import Any

from prefect import Flow
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import FlowFilter, FlowRunFilter
from prefect.client.schemas.objects import Artifact, FlowRun, TaskRun
from prefect.client.schemas.sorting import FlowRunSort


def last_run(flow: Flow[Any, Any]) -> FlowRun:
    with get_client(sync_client=True) as client:
        return client.read_flow_runs(
            flow_filter=FlowFilter.model_validate({"name": {"any_": [flow.name]}}),
            sort=FlowRunSort.START_TIME_DESC,
            limit=1,
        )[0]


def task_runs(run: FlowRun, count: int) -> dict[str, TaskRun]:
    """The task runs of a flow run by name; the server learns of them from events, a little late."""
    chosen = FlowRunFilter.model_validate({"id": {"any_": [str(run.id)]}})
    deadline = time.monotonic() + 30
    with get_client(sync_client=True) as client:
        while True:
            found = client.read_task_runs(flow_run_filter=chosen)
            final = [one for one in found if one.state and one.state.is_final()]
            if len(final) == count or time.monotonic() > deadline:
                return {one.name: one for one in found}
            time.sleep(0.1)


def artifacts(run: FlowRun) -> dict[str, Artifact]:
    chosen = FlowRunFilter.model_validate({"id": {"any_": [str(run.id)]}})
    with get_client(sync_client=True) as client:
        return {str(one.key): one for one in client.read_artifacts(flow_run_filter=chosen)}


def arrows(run: FlowRun) -> set[tuple[str, str]]:
    """The arrows in the graph of a flow run, from flow to flow."""
    with get_client(sync_client=True) as client:
        graph = client._client.get(f"/flow_runs/{run.id}/graph-v2").json()
    names = {one: node["label"].partition(" / ")[0] for one, node in graph["nodes"]}
    return {
        (names[parent["id"]], names[one])
        for one, node in graph["nodes"]
        for parent in node["parents"]
    }
