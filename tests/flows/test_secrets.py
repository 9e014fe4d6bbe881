"""A real flow run with S3 settings: nothing that Prefect or anybody logs holds a secret."""

import logging
from pathlib import Path

import pytest
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.filters import FlowRunFilter, LogFilter
from prefect.client.schemas.sorting import FlowRunSort
from prefect.logging.handlers import APILogHandler
from prefect.settings import PREFECT_API_DATABASE_CONNECTION_URL

from flows.launch import launch
from flows.synthesize import synthesize
from rr_tasks.shards.reader import done_shards
from rr_tasks.storage.failure import AccessDeniedError
from schemas.parameters.synthesis import SynthesizeParameters
from tests.s3 import READER_KEY, READER_SECRET, S3, SECRET

SECRETS = (SECRET, READER_SECRET)


def stored(client: SyncPrefectClient) -> str:
    """Everything that the API tells about all runs."""
    runs = client.read_flow_runs(sort=FlowRunSort.START_TIME_DESC)
    chosen = FlowRunFilter.model_validate({"id": {"any_": [str(run.id) for run in runs]}})
    rows = [
        *runs,
        *client.read_task_runs(flow_run_filter=chosen),
        *client.read_artifacts(flow_run_filter=chosen),
        *client.read_logs(LogFilter()),
        *(state for run in runs for state in client.read_flow_run_states(run.id)),
    ]
    return "\n".join(row.model_dump_json() for row in rows)


def test_a_flow_run_stores_no_secret(
    server: Path,
    s3: S3,
    photographs: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    asked = SynthesizeParameters(photographs=str(photographs), output=s3.url, samples=1)
    with caplog.at_level(logging.DEBUG):
        folder = launch(synthesize, asked)
        monkeypatch.setenv("RR_S3_ACCESS_KEY", READER_KEY)
        monkeypatch.setenv("RR_S3_SECRET_KEY", READER_SECRET)
        with pytest.raises(AccessDeniedError):
            launch(synthesize, asked.model_copy(update={"samples": 2}))
        assert len(done_shards(folder)) == 1
    APILogHandler().flush()
    with get_client(sync_client=True) as client:
        told = stored(client)
    assert folder in told
    assert "permission denied" in told
    database = Path(PREFECT_API_DATABASE_CONNECTION_URL.value().partition("///")[2])
    kept = (*database.parent.glob(f"{database.name}*"), *server.rglob("*"))
    content = b"".join(path.read_bytes() for path in kept if path.is_file())
    assert folder.encode() in content
    for secret in SECRETS:
        assert secret not in told
        assert secret not in caplog.text
        assert secret.encode() not in content
