"""The columns of an exported data set, in the words of a Hugging Face dataset card.

Without them `datasets` guesses types from the first samples, and a degradation that is absent there
would have parameters of no type.
"""

from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel

from schemas.prior.current import DiagnosticPrior

Feature = dict[str, Any]

_DTYPES: dict[Any, str] = {str: "string", int: "int64", float: "float64", bool: "bool"}


def columns(*, annotated: bool) -> list[Feature]:
    """Photographs, priors, and what `datasets` adds of itself."""
    return [
        {"name": "clean.png", "dtype": "image"},
        {"name": "degraded.png", "dtype": "image"},
        {"name": "prior.json", **feature(DiagnosticPrior)},
        *([{"name": "annotation.json", **feature(DiagnosticPrior)}] if annotated else []),
        {"name": "__key__", "dtype": "string"},
        {"name": "__url__", "dtype": "string"},
    ]


def feature(kind: Any) -> Feature:
    """The type of a field of a pydantic model; every field may be null."""
    if get_origin(kind) is Annotated:
        return feature(get_args(kind)[0])
    if get_origin(kind) in (Union, UnionType):
        (given,) = (option for option in get_args(kind) if option is not NoneType)
        return feature(given)
    if get_origin(kind) is tuple:  # all of one type
        inner = feature(get_args(kind)[0])
        return {"list": inner.get("dtype", inner)}
    if get_origin(kind) is Literal:
        return feature(type(get_args(kind)[0]))
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        fields = kind.model_fields.items()
        return {"struct": [{"name": name, **feature(field.annotation)} for name, field in fields]}
    return {"dtype": _DTYPES[kind]}
