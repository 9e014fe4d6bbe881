"""What priors of every version have in common: findings, by the name of their type."""

import re
from functools import cache
from typing import Any, Self

from pydantic import create_model

from schemas.base import Strict
from schemas.prior.degradation import Degradation
from schemas.prior.finding import AnyFinding, Finding

_NUMBERS = re.compile(r"\[\n([-+.\deE,\s]+)\]")  # not within a string, which has no line breaks


class PriorDocument(Strict):
    """A document with a field for the finding of each type."""

    @classmethod
    def types(cls) -> dict[str, type[AnyFinding]]:
        """Return the finding model of each type by its name, in the order of the fields."""
        return _types(cls)

    @classmethod
    def extend(cls, *kinds: type[Degradation]) -> type[Self]:
        """Return a model with findings of additional types; the same types give the same model.

        Its documents are those of this model with one more field for each type.
        """
        model: type[Self] = _extend(cls, kinds) if kinds else cls
        return model

    @property
    def findings(self) -> dict[str, AnyFinding]:
        """The finding of every type by its name, in the order of the fields."""
        return {name: getattr(self, name) for name in self.types()}

    def finding(self, name: str) -> AnyFinding:
        """Return the finding of one type.

        Raises:
            KeyError: priors of this model have no such type.
        """
        return self.findings[name]

    def render(self) -> str:
        """Render the document as indented JSON for people, with each row of a map on one line."""
        return _NUMBERS.sub(_join_lines, self.model_dump_json(indent=2)) + "\n"

    def present(self) -> dict[str, AnyFinding]:
        """Return the findings of the degradations that are present."""
        return {name: finding for name, finding in self.findings.items() if finding.present}


def _join_lines(numbers: re.Match[str]) -> str:
    return f"[{' '.join(numbers[1].split())}]"


@cache
def _types(model: type[PriorDocument]) -> dict[str, type[AnyFinding]]:
    annotations = {name: field.annotation for name, field in model.model_fields.items()}
    return {
        name: annotation
        for name, annotation in annotations.items()
        if isinstance(annotation, type) and issubclass(annotation, Finding)
    }


@cache
def _extend(model: type[Any], kinds: tuple[type[Degradation], ...]) -> Any:
    fields: dict[str, Any] = {kind.name: (Finding[kind], ...) for kind in kinds}  # type: ignore[valid-type]
    return create_model(model.__name__, __base__=model, order=(tuple[str, ...], ...), **fields)
