"""Renders the published JSON Schemas as a page for people, `docs/SCHEMAS.md`."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

Schema = Mapping[str, Any]

_LONGEST_DEFAULT = 60

_HEAD = """# Formats

Everything that is written to disk or asked of a user, as [JSON Schemas](../schemas/published) say
it. Written by `python -m schemas.publish`; do not edit.

"""


def reference(schemas: Mapping[str, Schema]) -> str:
    """A Markdown page with a section for each schema.

    Args:
        schemas: file name without its suffix -> JSON Schema.
    """
    contents = "".join(f"- [{schema['title']}](#{name})\n" for name, schema in schemas.items())
    return _HEAD + contents + "".join(_section(name, schema) for name, schema in schemas.items())


def _section(name: str, schema: Schema) -> str:
    title = f'\n## <a id="{name}"></a>{schema["title"]}\n'
    source = f"\n[`{name}.json`](../schemas/published/{name}.json). "
    parts = [part for inner in schema.get("$defs", {}).values() for part in _part(inner)]
    return title + source + _described(schema) + "".join(parts)


def _part(schema: Schema) -> Iterator[str]:
    if "properties" in schema:  # an enumeration is told where it is used
        yield f"\n### {schema['title']}\n\n{_described(schema)}"


def _described(schema: Schema) -> str:
    rows = "".join(_rows(schema))
    table = f"\n| field | type | default | |\n|---|---|---|---|\n{rows}" if rows else ""
    return f"{schema.get('description', '')}\n{table}"


def _rows(schema: Schema) -> Iterator[str]:
    required = schema.get("required", ())
    for name, field in schema.get("properties", {}).items():
        default = "" if name in required else _code(field.get("default"))
        meaning = " ".join(field.get("description", "").split())
        yield f"| `{name}` | {_type(field)} | {default} | {meaning} |\n"


def _type(field: Schema) -> str:
    """The type in words, with its bounds."""
    if "$ref" in field:
        return str(field["$ref"]).rsplit("/", 1)[-1]
    choices = field.get("anyOf") or field.get("oneOf")
    if choices:
        return " or ".join(map(_type, choices))
    values = field.get("enum") or ([field["const"]] if "const" in field else [])
    if values:
        return ", ".join(map(_code, values))
    if field.get("type") == "array":
        return _array(field)
    return f"{field.get('type', 'anything')}{_bounds(field)}"


def _array(field: Schema) -> str:
    if "prefixItems" in field:
        return f"({', '.join(map(_type, field['prefixItems']))})"
    return f"list of {_type(field.get('items', {}))}"


def _bounds(field: Schema) -> str:
    signs = {"minimum": ">=", "exclusiveMinimum": ">", "maximum": "<=", "exclusiveMaximum": "<"}
    bounds = [f"{sign} {field[key]:g}" for key, sign in signs.items() if key in field]
    return f" {', '.join(bounds)}" if bounds else ""


def _code(value: object) -> str:
    return f"`{value}`" if isinstance(value, str) else f"`{_json(value)}`"


def _json(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST_DEFAULT else "..."
