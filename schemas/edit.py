"""Edits of diagnoses: `haze.severity=0`, `blur.extent_px=4`."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, ConfigDict, Field, TypeAdapter, ValidationError

from schemas.base import Unit
from schemas.prior.current import DiagnosticPrior
from schemas.prior.finding import MINIMUM_PRESENT_SEVERITY

SEVERITY, PROBABILITY = "severity", "probability"
_FINITE = ConfigDict(allow_inf_nan=False)

EditedValue = float | str | list[float]
"""A number, a word such as the kind of a blur, or a colour."""


def list_editable(name: str) -> dict[str, Any]:
    """Return the type of each field that can be edited in findings of one type of degradation."""
    kind = DiagnosticPrior.types()[name].degradation()
    parameters = {
        field: Annotated[info.annotation, *info.metadata] if info.metadata else info.annotation
        for field, info in kind.model_fields.items()
        if field not in kind.maps
    }
    return {SEVERITY: _Severity, PROBABILITY: Unit, **parameters}


def _check_severity(severity: float) -> float:
    if 0.0 < severity < MINIMUM_PRESENT_SEVERITY:
        raise ValueError("should be 0, to leave it out, or from 1 to 100")
    return severity


_Severity = Annotated[float, Field(ge=0.0, le=100.0), AfterValidator(_check_severity)]


def _check_edits(edits: Mapping[str, EditedValue]) -> dict[str, EditedValue]:
    return {path: _check_edit(path, value) for path, value in edits.items()}


def _check_edit(path: str, value: EditedValue) -> EditedValue:
    name, _, field = path.partition(".")
    if name not in DiagnosticPrior.types():
        known = _join(DiagnosticPrior.types())
        raise ValueError(f"{path} begins with no degradation; name {known}")
    fields = list_editable(name)
    if field not in fields:
        raise ValueError(f"{path} cannot be edited; of {name}, name {_join(fields)}")
    adapter: TypeAdapter[Any] = TypeAdapter(fields[field], config=_FINITE)
    try:
        checked: EditedValue = adapter.dump_python(adapter.validate_python(value), mode="json")
    except ValidationError as error:
        problem = error.errors()[0]["msg"].removeprefix("Value error, ").removeprefix("Input ")
        raise ValueError(f"{path} {problem}, not {value!r}") from error
    return checked


def _join(words: Mapping[str, Any]) -> str:
    *most, last = words
    return f"{', '.join(most)} or {last}"


PriorEdits = Annotated[dict[str, EditedValue], AfterValidator(_check_edits)]
"""New values by dotted path: `TYPE.severity`, `TYPE.probability` or `TYPE.PARAMETER`."""
