"""A finding as a vision-language model writes it: few digits, and lengths without pixels.

Lengths are in thousandths of the photograph's short side, because a model does not know how many
pixels the photograph that it sees once had; the names of their fields end in `_permille` instead of
`_px`. Maps and certainties are not written.
"""

import json
from typing import Any, get_args

from schemas.prior.degradation import Degradation
from schemas.prior.finding import AnyFinding
from schemas.prior.number import PER_MILLE, Number

Written = dict[str, Any]

_SEVERITY = Number(1, 100, 0)
_ABSENT: Written = {"present": False, "severity": 0, "parameters": None}


def write_finding(finding: AnyFinding, short_side: int) -> Written:
    """Return what a model should write of a finding.

    Args:
        finding: its lengths are in pixels.
        short_side: that of the photograph, in pixels.
    """
    if finding.parameters is None:
        return _ABSENT
    meant = finding.parameters.model_dump(exclude=set(finding.parameters.maps))
    for name, number in finding.parameters.numbers.items():
        unit = short_side / PER_MILLE if name.endswith("_px") else 1.0
        meant[name] = (
            [number.round(one) for one in meant[name]]
            if isinstance(meant[name], tuple)
            else number.round(meant[name] / unit)
        )
    return {
        "present": True,
        "severity": _SEVERITY.round(finding.severity),
        "parameters": {_written_name(name): value for name, value in meant.items()},
    }


def read_finding(written: Any, kind: type[AnyFinding], short_side: int) -> AnyFinding:
    """Read what a model wrote of a finding, whatever that is.

    Raises:
        ValidationError: it breaks the schema of the finding.
    """
    if isinstance(written, dict) and isinstance(written.get("parameters"), dict):
        parameters = dict(written["parameters"])
        for name in kind.degradation().numbers:
            length = parameters.get(_written_name(name))
            if name.endswith("_px") and isinstance(length, int | float):
                del parameters[_written_name(name)]
                parameters[name] = length * (short_side / PER_MILLE)
        written = {**written, "parameters": parameters}
    return kind.model_validate_json(json.dumps(written))


def finding_schema(kind: type[Degradation]) -> Written:
    """Return the JSON Schema of what a model writes of a finding: two closed alternatives."""
    parameters = {
        _written_name(name): _value_schema(kind, name)
        for name in kind.model_fields
        if name not in kind.maps
    }
    present = {
        "present": {"const": True},
        "severity": _SEVERITY.schema(),
        "parameters": closed_object(parameters),
    }
    absent = {name: {"const": value} for name, value in _ABSENT.items()}
    return {"anyOf": [closed_object(absent), closed_object(present)]}


def closed_object(properties: Written) -> Written:
    """Return the JSON Schema of an object with exactly these properties, in this order."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _written_name(name: str) -> str:
    return f"{name.removesuffix('_px')}_permille" if name.endswith("_px") else name


def _value_schema(kind: type[Degradation], name: str) -> Written:
    """Return the schema of a number, of several numbers, or of one of a few words."""
    options = get_args(kind.model_fields[name].annotation)
    if name not in kind.numbers:
        return {"enum": list(options)}
    number = kind.numbers[name].schema()
    if not options:
        return number
    return {"type": "array", "items": number, "minItems": len(options), "maxItems": len(options)}
