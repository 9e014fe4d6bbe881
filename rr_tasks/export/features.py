"""The columns of an exported data set, as a Hugging Face dataset card describes them.

Without this description `datasets` guesses types from the first samples, and the parameters of a
degradation that is absent from those would have no type.
"""

from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel

from schemas.prior.current import DiagnosticPrior

Feature = dict[str, Any]

_DTYPES: dict[Any, str] = {str: "string", int: "int64", float: "float64", bool: "bool"}


def list_columns(*, annotated: bool) -> list[Feature]:
    """List the columns of photographs, of priors, and those that `datasets` adds itself."""
    return [
        {"name": "clean.png", "dtype": "image"},
        {"name": "degraded.png", "dtype": "image"},
        {"name": "prior.json", **describe_type(DiagnosticPrior)},
        *([{"name": "annotation.json", **describe_type(DiagnosticPrior)}] if annotated else []),
        {"name": "__key__", "dtype": "string"},
        {"name": "__url__", "dtype": "string"},
    ]


def describe_type(kind: Any) -> Feature:
    """Describe the type of a field of a pydantic model; every field may be null."""
    if get_origin(kind) is Annotated:
        return describe_type(get_args(kind)[0])
    if get_origin(kind) in (Union, UnionType):
        (given,) = (option for option in get_args(kind) if option is not NoneType)
        return describe_type(given)
    if get_origin(kind) is tuple:  # all of one type
        inner = describe_type(get_args(kind)[0])
        return {"list": inner.get("dtype", inner)}
    if get_origin(kind) is Literal:
        return describe_type(type(get_args(kind)[0]))
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        fields = kind.model_fields.items()
        return {
            "struct": [{"name": name, **describe_type(field.annotation)} for name, field in fields]
        }
    return {"dtype": _DTYPES[kind]}
