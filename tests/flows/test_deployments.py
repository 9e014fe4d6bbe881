"""`infra/prefect.yaml` against the flows that it deploys."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from prefect import Flow
from prefect.flows import load_flow_from_entrypoint
from prefect.utilities.callables import parameter_schema

from flows import deployments
from schemas.archive import RestoreParameters

ROOT = Path(__file__).parents[2]
FILE = yaml.safe_load((ROOT / "infra" / "prefect.yaml").read_text())
DEPLOYMENTS: list[dict[str, Any]] = FILE["deployments"]
each = pytest.mark.parametrize("deployment", DEPLOYMENTS, ids=[d["name"] for d in DEPLOYMENTS])


def deployed(deployment: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> Flow[Any, Any]:
    monkeypatch.chdir(ROOT)
    return load_flow_from_entrypoint(deployment["entrypoint"])


@each
def test_its_flow_exists_and_takes_its_parameters(
    deployment: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    flow = deployed(deployment, monkeypatch)
    taken = flow.validate_parameters(deployment["parameters"])["parameters"]
    asked = deployment["parameters"]["parameters"]
    assert (
        taken.model_dump(mode="json").items()
        >= {name: value for name, value in asked.items() if not isinstance(value, dict)}.items()
    )
    (definition,) = (
        model
        for name, model in parameter_schema(flow).definitions.items()
        if name == type(taken).__name__
    )
    assert set(asked) >= set(definition["required"])


@each
def test_it_runs_in_the_default_pool(deployment: dict[str, Any]) -> None:
    assert deployment["work_pool"] == {"name": "default"}


def test_every_flow_is_deployed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    flows = [value.name for value in vars(deployments).values() if isinstance(value, Flow)]
    assert sorted(deployed(one, monkeypatch).name for one in DEPLOYMENTS) == sorted(flows)
    assert len({one["name"] for one in DEPLOYMENTS}) == len(DEPLOYMENTS)


def test_only_restoring_is_scheduled_and_not_before_somebody_wants_it() -> None:
    scheduled = {one["name"]: one["schedules"] for one in DEPLOYMENTS if "schedules" in one}
    ((name, (schedule,)),) = scheduled.items()
    assert name == "nightly"
    assert schedule["active"] is False
    (nightly,) = (one for one in DEPLOYMENTS if one["name"] == name)
    assert RestoreParameters.model_validate(nightly["parameters"]["parameters"])
    assert nightly["concurrency_limit"]["limit"] == 1
