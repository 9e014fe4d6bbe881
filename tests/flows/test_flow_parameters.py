"""The flows that are deployed, against the models of their parameters."""

import json
import re
from typing import Any

import pytest
from prefect import Flow
from prefect.utilities.callables import parameter_schema
from prefect.utilities.schema_tools import validate

from flows.deployments import (
    align,
    annotate,
    assess,
    describe,
    evaluate,
    export_hf,
    export_messages,
    migrate,
    pipeline,
    promote,
    refresh,
    refresh_all,
    restore,
    roll_back,
    synthesize,
    train_editor,
    train_language,
    train_reasoner,
    train_restorer,
)
from schemas.archive import RestoreParameters
from schemas.parameters.alignment import AlignParameters
from schemas.parameters.annotation import (
    AnnotateParameters,
    RefreshAllParameters,
    RefreshParameters,
)
from schemas.parameters.assessment import AssessParameters
from schemas.parameters.description import DescribeParameters
from schemas.parameters.editor_training import TrainEditorParameters
from schemas.parameters.evaluation import EvaluateParameters
from schemas.parameters.export import ExportHfParameters, ExportMessagesParameters
from schemas.parameters.language_training import TrainLanguageParameters
from schemas.parameters.migration import MigrateParameters
from schemas.parameters.pipeline import PipelineParameters
from schemas.parameters.promotion import PromoteParameters, RollBackParameters
from schemas.parameters.reasoner_training import TrainReasonerParameters
from schemas.parameters.restorer_training import TrainRestorerParameters
from schemas.parameters.synthesis import SynthesizeParameters
from schemas.workers import MAX_WORKERS

UNITS = {"_side": "pixels", "_pixels": "pixels", "_s": "seconds", "_tokens": "tokens"}
"""What a form says where the name of a field ends so."""
SECRET = re.compile(r"key|secret|password|token$")
PRICES = {"prompt": 0.5, "completion": 2.0}
TRIAL = EvaluateParameters(photographs="heldout", output="evaluation")
FLOWS: list[tuple[Flow[Any, Any], Any]] = [
    (synthesize, SynthesizeParameters(photographs="clean", output="sets", samples=7)),
    (annotate, AnnotateParameters(shards="sets/a")),
    (
        describe,
        DescribeParameters(
            shards="sets/a",
            teacher={"kind": "remote", "url": "http://here/v1", "model": "m", "prices": PRICES},
        ),
    ),
    (refresh, RefreshParameters(shards="sets/a", against="sets/old", dry_run=True)),
    (refresh_all, RefreshAllParameters(sets="sets", verify=True)),
    (migrate, MigrateParameters(shards="sets/a", output="sets")),
    (export_hf, ExportHfParameters(shards="sets/a", output="hub", split="test")),
    (export_messages, ExportMessagesParameters(shards="sets/a", output="chats", dialect="trl")),
    (train_reasoner, TrainReasonerParameters(shards="sets/a", output="run", start="w")),
    (train_editor, TrainEditorParameters(shards="s", annotations="a", output="run", start="m")),
    (train_language, TrainLanguageParameters(shards="sets/a", output="run", learn="full")),
    (train_restorer, TrainRestorerParameters(shards="s", annotations="a", output="run")),
    (
        align,
        AlignParameters(shards="s", annotations="a", output="run", times=(1.0, 0.5, 0.0)),
    ),
    (evaluate, TRIAL),
    (assess, AssessParameters(photographs="heldout", output="a", short_sides=(64,))),
    (promote, PromoteParameters(candidate="w", champions="c", evaluation=TRIAL)),
    (roll_back, RollBackParameters(champions="c", note="it hums")),
    (pipeline, PipelineParameters(photographs="p", heldout="h", output="work", seed=3, gate=True)),
    (restore, RestoreParameters(input="in", output="out", keep=("haze", "rain"), recheck=True)),
]
each_flow = pytest.mark.parametrize(("flow", "parameters"), FLOWS, ids=[f.name for f, _ in FLOWS])


@each_flow
def test_parameters_come_back_from_json(flow: Flow[Any, Any], parameters: Any) -> None:
    """A worker gets them as the server stored them."""
    stored = json.loads(json.dumps(flow.serialize_parameters({"parameters": parameters})))
    assert stored == {"parameters": json.loads(parameters.model_dump_json())}
    assert flow.validate_parameters(stored) == {"parameters": parameters}


@each_flow
def test_the_form_in_the_ui_explains_every_field(flow: Flow[Any, Any], parameters: Any) -> None:
    schema = parameter_schema(flow).model_dump()
    name = type(parameters).__name__
    assert schema["properties"]["parameters"]["$ref"] == f"#/definitions/{name}"
    for model in schema["definitions"].values():
        assert model["description"]
        for field, described in model["properties"].items():
            assert described.get("description"), field
            assert described.get("title", field).strip()
            words = f"{described.get('title')} {described['description']}".lower()
            for suffix, unit in UNITS.items():
                assert not field.endswith(suffix) or unit in words, field
            assert not SECRET.search(field) or "variable" in words, field
    assert flow.description


@each_flow
def test_a_deployed_flow_runs_tasks_with_a_limit(flow: Flow[Any, Any], parameters: Any) -> None:
    assert flow.task_runner._max_workers == MAX_WORKERS  # type: ignore[attr-defined]


def test_a_server_refuses_a_url_with_a_secret_before_it_keeps_it() -> None:
    schema = parameter_schema(restore).model_dump_for_openapi()
    sound = {"input": "s3://photos/a", "output": "out"}
    assert not validate({"parameters": sound}, schema)
    for secret in ("s3://key:hush@photos", "https://host/a?X-Amz-Signature=hush"):
        for part in (
            {"input": secret},
            {"restorer": {"kind": "edge", "weights": secret}},
            {"reasoner": {"kind": "remote", "url": secret, "model": "m"}},
        ):
            assert validate({"parameters": sound | part}, schema)
