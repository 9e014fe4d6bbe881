"""The physical parameters of all types, as columns of the table of predictions."""

from dataclasses import dataclass
from typing import Any, Literal, get_origin

from schemas.prior.current import DiagnosticPrior
from schemas.prior.degradation import Degradation

Measure = Literal["number", "length", "axis", "colour", "word"]
CHANNELS = "rgb"


@dataclass(frozen=True)
class Quantity:
    """A parameter of a type.

    Attributes:
        type: the type's name.
        field: the parameter's name in priors.
        measure: what kind of value it is; lengths are in pixels and axes in degrees.
    """

    type: str
    field: str
    measure: Measure

    @property
    def columns(self) -> tuple[str, ...]:
        """Its columns, one for each channel of a colour, without the side: true or found."""
        whole = f"{self.type}_{self.field}"
        if self.measure == "colour":
            return tuple(f"{whole}_{channel}" for channel in CHANNELS)
        return (whole,)

    def read(self, parameters: Degradation) -> dict[str, Any]:
        """Return the values of its columns."""
        value = getattr(parameters, self.field)
        parts = value if self.measure == "colour" else (value,)
        return dict(zip(self.columns, parts, strict=True))


def _list_quantities() -> tuple[Quantity, ...]:
    return tuple(
        Quantity(name, field, _measure(field, info.annotation))
        for name, finding in DiagnosticPrior.types().items()
        for field, info in finding.degradation().model_fields.items()
        if field not in finding.degradation().maps
    )


def _measure(field: str, annotation: Any) -> Measure:
    if get_origin(annotation) is Literal:
        return "word"
    if get_origin(annotation) is tuple:
        return "colour"
    if field.endswith("_px"):
        return "length"
    return "axis" if field.endswith("_deg") else "number"


QUANTITIES = _list_quantities()
"""All parameters but maps, type by type."""
