"""`infra/prefect.yaml` against the flows that it deploys."""

import inspect
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml
from prefect import Flow
from prefect.client.schemas.schedules import CronSchedule
from prefect.exceptions import MissingFlowError
from prefect.flows import load_flow_from_entrypoint

from flows import deployments
from flows.local.place import furnish

ROOT = Path(__file__).parents[2]
FILE = yaml.safe_load((ROOT / "infra" / "prefect.yaml").read_text())
DEPLOYMENTS: list[dict[str, Any]] = FILE["deployments"]
each = pytest.mark.parametrize("deployment", DEPLOYMENTS, ids=[d["name"] for d in DEPLOYMENTS])


def deployed(deployment: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> Flow[Any, Any]:
    monkeypatch.chdir(ROOT)
    return load_flow_from_entrypoint(deployment["entrypoint"])


FORM = {"shards": "sets/a", "annotations": "sets/b", "layout": "reside", "folder": "pairs"}
"""What only a person can say, and the form asks for."""


@each
def test_its_flow_takes_its_parameters_and_the_form_asks_for_the_rest(
    deployment: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    flow = deployed(deployment, monkeypatch)
    asked = deployment["parameters"]["parameters"]
    (model,) = (one.annotation for one in inspect.signature(flow.fn).parameters.values())
    required = {name for name, field in model.model_fields.items() if field.is_required()}
    lacking = required - set(asked)
    assert lacking <= set(FORM)
    assert "schedules" not in deployment or not lacking
    filled = asked | {name: FORM[name] for name in lacking}
    taken = flow.validate_parameters({"parameters": filled})["parameters"].model_dump(mode="json")
    assert all(taken[name] == value for name, value in filled.items() if isinstance(value, str))


@each
def test_it_runs_in_the_default_pool(deployment: dict[str, Any]) -> None:
    assert deployment["work_pool"] == {"name": "default"}


def test_every_flow_is_deployed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    flows = [getattr(deployments, stage).name for stage in deployments.MODULES]
    assert sorted(deployed(one, monkeypatch).name for one in DEPLOYMENTS) == sorted(flows)
    assert len({one["name"] for one in DEPLOYMENTS}) == len(DEPLOYMENTS)


def test_a_run_imports_no_other_stage(monkeypatch: pytest.MonkeyPatch) -> None:
    """Or each would begin, and be cancelled, seconds later."""
    imported: list[str] = []

    def note(name: str) -> ModuleType:
        imported.append(name)
        return import_module(name)

    monkeypatch.setattr(deployments, "import_module", note)
    assert load_flow_from_entrypoint("flows.deployments.restore").name == "restore"
    assert imported == ["flows.restore"]
    with pytest.raises(MissingFlowError):
        load_flow_from_entrypoint("flows.deployments.nothing")


def test_schedules_wait_until_somebody_wants_them() -> None:
    scheduled = {one["name"]: one for one in DEPLOYMENTS if "schedules" in one}
    assert set(scheduled) == {"nightly", "weekly"}
    for deployment in scheduled.values():
        (schedule,) = deployment["schedules"]
        assert schedule["active"] is False
        assert deployment["concurrency_limit"]["limit"] == 1
    assert CronSchedule(cron=scheduled["weekly"]["schedules"][0]["cron"]).cron == "0 4 * * 0"


def test_photographs_that_it_names_come_with_the_folder(tmp_path: Path) -> None:
    furnish(tmp_path)
    for deployment in DEPLOYMENTS:
        asked = deployment["parameters"]["parameters"]
        for name in {"photographs", "heldout", "input"} & set(asked):
            assert any((tmp_path / asked[name]).glob("*.webp")), deployment["name"]
    (tmp_path / "archive" / "mine.jpg").touch()
    for photograph in (tmp_path / "heldout").iterdir():
        photograph.unlink()
    furnish(tmp_path)
    assert (tmp_path / "archive" / "mine.jpg").exists()
    assert not list((tmp_path / "heldout").iterdir())
