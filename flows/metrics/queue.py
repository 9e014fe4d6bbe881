"""The runs of a Prefect server that wait, run, or wait for a person, as a metric."""

from collections.abc import Iterator
from datetime import UTC, datetime

import httpx
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.filters import FlowRunFilter, WorkPoolFilter
from prometheus_client import Metric
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

_STATES = ("SCHEDULED", "PENDING", "RUNNING", "PAUSED")


class Queue(Collector):
    """Counts the runs of each work pool by state, whenever Prometheus reads.

    Runs that are planned for later do not wait yet, and are not counted.
    """

    def collect(self) -> Iterator[Metric]:
        """Yield the counts, and whether the server answered."""
        runs = GaugeMetricFamily(
            "rr_runs", "Flow runs by work pool and state", labels=("pool", "state")
        )
        answers = 1.0
        try:
            with get_client(sync_client=True) as client:
                for pool, state, number in _count(client):
                    runs.add_metric((pool, state), number)
        except (httpx.HTTPError, OSError):
            answers = 0.0
        yield runs
        yield GaugeMetricFamily("rr_server_up", "Whether the Prefect server answers", answers)


def _count(client: SyncPrefectClient) -> Iterator[tuple[str, str, int]]:
    due = {"before_": datetime.now(UTC).isoformat()}
    for pool in client.read_work_pools():
        of_pool = WorkPoolFilter.model_validate({"name": {"any_": [pool.name]}})
        for state in _STATES:
            chosen = {"state": {"type": {"any_": [state]}}, "expected_start_time": due}
            runs = FlowRunFilter.model_validate(chosen)
            number = client.count_flow_runs(flow_run_filter=runs, work_pool_filter=of_pool)
            yield pool.name, state.lower(), number
