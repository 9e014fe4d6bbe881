import json

import pytest
from pydantic import BaseModel, Field

from schemas.publish import MODELS, schema_of
from schemas.reference import render_reference


class Inner(BaseModel):
    """What is inside."""

    share: float = Field(0.5, ge=0, lt=1, description="How much\nof it")


class Outer(BaseModel):
    """What is outside."""

    inner: Inner
    sizes: list[int]
    name: str | None = None


def test_every_field_is_told_with_type_bounds_default_and_meaning() -> None:
    page = render_reference({"outer": {**Outer.model_json_schema(), "title": "The outer one"}})
    assert "- [The outer one](#outer)" in page
    assert "What is outside." in page
    assert "| `inner` | Inner |  |  |" in page
    assert "| `sizes` | list of integer |  |  |" in page
    assert "| `name` | string or null | `null` |  |" in page
    assert "### Inner\n\nWhat is inside." in page
    assert "| `share` | number >= 0, < 1 | `0.5` | How much of it |" in page


@pytest.mark.parametrize("name", MODELS)
def test_no_type_is_left_untold(name: str) -> None:
    schema = schema_of(name)
    page = render_reference({name: schema})
    itself = str(schema.get("$ref", "")).rsplit("/", 1)[-1]  # of a model that holds its own kind
    for field in (schema["$defs"][itself] if itself else schema)["properties"]:
        assert f"| `{field}` | " in page
    assert "| anything |" not in page
    assert json.dumps(schema["title"])[1:-1] in page
