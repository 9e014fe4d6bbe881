"""The published JSON Schemas are those of the models, and say what the models say."""

import inspect
import json
from pathlib import Path

import jsonschema
import pytest
from pydantic import BaseModel

from schemas import archive, parameters
from schemas.prior.current import CURRENT_VERSION, DiagnosticPrior
from schemas.publish import MODELS, PAGE, PUBLISHED, publish, render, render_page

MEND = "run `python -m schemas.publish` and commit the files"
NEW_VERSION = (
    "priors on disk have this format: leave the modules of schemas/prior as they are and give a "
    "changed format a new version (a module of its own, a migration, an entry in "
    f"schemas/publish.py); only if the change is of words alone, {MEND}"
)


@pytest.mark.parametrize("name", MODELS)
def test_the_committed_schema_is_that_of_the_model(name: str) -> None:
    committed = PUBLISHED / f"{name}.json"
    message = f"{committed.name} differs from its model: "
    message += NEW_VERSION if name.startswith("prior") else MEND
    assert committed.exists(), f"{committed.name} is missing: {MEND}"
    assert committed.read_text(encoding="utf-8") == render(name), message


def test_the_page_about_the_formats_is_that_of_the_models() -> None:
    assert PAGE.read_text(encoding="utf-8") == render_page(), f"docs/{PAGE.name}: {MEND}"


def test_nothing_else_is_published() -> None:
    assert {path.stem for path in PUBLISHED.iterdir()} == set(MODELS), MEND


def test_publishing_writes_every_model(tmp_path: Path) -> None:
    publish(tmp_path / "new", tmp_path / "page.md")
    assert (tmp_path / "page.md").read_text(encoding="utf-8") == render_page()
    assert {path.stem for path in (tmp_path / "new").iterdir()} == set(MODELS)
    assert (tmp_path / "new" / "recipe.json").read_text(encoding="utf-8") == render("recipe")


def test_the_current_prior_and_the_parameters_of_every_flow_are_published() -> None:
    published = {model for _, model in MODELS.values()}
    assert MODELS[f"prior-v{CURRENT_VERSION}"][1] is DiagnosticPrior
    for module in (archive, parameters):
        for name, model in inspect.getmembers(module, inspect.isclass):
            if issubclass(model, BaseModel) and name.endswith("Parameters") and model.model_fields:
                assert model in published, f"add {name} to schemas/publish.py"


@pytest.mark.parametrize("name", MODELS)
def test_a_schema_is_valid_and_names_itself(name: str) -> None:
    schema = json.loads(render(name))
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["$id"].endswith(name)
    assert schema["title"] == MODELS[name][0]


def test_the_schema_of_the_prior_accepts_priors_and_refuses_others(prior: DiagnosticPrior) -> None:
    schema = json.loads(render(f"prior-v{CURRENT_VERSION}"))
    document = json.loads(prior.model_dump_json())
    jsonschema.validate(document, schema)
    with pytest.raises(jsonschema.ValidationError, match="fog"):
        jsonschema.validate({**document, "fog": 1}, schema)
