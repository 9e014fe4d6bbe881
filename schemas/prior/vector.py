"""The prior as a vector of fixed length: the edge reasoner's output, the edge restorer's condition.

Every entry is scaled to about 0-1. Angles are those of axes, which repeat every 180 degrees, so
they are written as the cosine and sine of twice the angle. The entries of an absent degradation are
0. The module of each type, such as `schemas.prior.haze`, defines its entries and their scale.
"""

from collections.abc import Callable, Sequence

from schemas.prior.current import DEGRADATIONS, AnyFinding, DegradationName, DiagnosticPrior
from schemas.prior.degradation import Degradation
from schemas.prior.finding import MINIMUM_PRESENT_SEVERITY
from schemas.prior.light import LIGHT_ENTRY

PRESENT_PROBABILITY = 0.5
"""From which probability on a degradation counts as present."""

_COMMON = ("present", "severity")


def field_names(model: type[DiagnosticPrior]) -> tuple[str, ...]:
    """Name the entries of the vectors of a model's priors, such as `haze.present`."""
    return tuple(
        f"{name}.{entry}"
        for name, finding in model.types().items()
        for entry in (*_COMMON, *finding.degradation().entry_names)
    )


FIELDS = field_names(DiagnosticPrior)
VECTOR_LENGTH = len(FIELDS)


def slice_of(name: DegradationName) -> slice:
    """Return where the entries of one degradation lie in the vector."""
    places = [place for place, field in enumerate(FIELDS) if field.startswith(f"{name}.")]
    return slice(places[0], places[-1] + 1)


def presence_entries() -> list[int]:
    """Return the entries that hold the probability of each type, in the order of `DEGRADATIONS`."""
    return [FIELDS.index(f"{name}.present") for name in DEGRADATIONS]


def severity_entries() -> list[int]:
    """Return the entries that hold the severity of each type, as a share of 100."""
    return [FIELDS.index(f"{name}.severity") for name in DEGRADATIONS]


def light_entries() -> list[int]:
    """Return the entries that say in which light each type was mixed, in their order."""
    return [FIELDS.index(f"{name}.{LIGHT_ENTRY}") for name in DEGRADATIONS]


def mirrored_entries() -> list[int]:
    """Entries that change sign when the photograph is mirrored left to right."""
    return [place for places in _places(lambda kind: kind.mirrored).values() for place in places]


def length_entries() -> list[int]:
    """Entries that are lengths in pixels, and change with the size of the photograph."""
    return [place for places in _places(lambda kind: kind.lengths).values() for place in places]


def colour_entries() -> dict[str, list[int]]:
    """Entries that are red, green and blue of a colour, of each type that has one."""
    return _places(lambda kind: kind.colour)


def choice_entries() -> dict[str, list[int]]:
    """Entries of which one is 1 and the others are 0, of each type that comes in several kinds."""
    return _places(lambda kind: kind.choice)


def to_vector(prior: DiagnosticPrior) -> list[float]:
    """Render a prior as floats in the order of the `field_names` of its model."""
    return [entry for finding in prior.findings.values() for entry in _entries(finding)]


def findings_from_vector(
    entries: Sequence[float], model: type[DiagnosticPrior] = DiagnosticPrior
) -> dict[str, AnyFinding]:
    """Read findings back from a vector, whose `present` entries are probabilities.

    A degradation is present at `PRESENT_PROBABILITY` or more. Values outside their physical range
    are clamped.

    Args:
        entries: one for each of the model's `field_names`.
        model: the model of the prior that will hold the findings.

    Raises:
        ValueError: the number of entries is wrong.
    """
    fields = field_names(model)
    if len(entries) != len(fields):
        raise ValueError(f"a prior vector has {len(fields)} entries, not {len(entries)}")
    value = dict(zip(fields, (float(entry) for entry in entries), strict=True))
    return {name: _read(name, finding, value) for name, finding in model.types().items()}


def _places(choose: Callable[[type[Degradation]], tuple[str, ...]]) -> dict[str, list[int]]:
    chosen = {
        name: choose(finding.degradation()) for name, finding in DiagnosticPrior.types().items()
    }
    return {
        name: [FIELDS.index(f"{name}.{entry}") for entry in entries]
        for name, entries in chosen.items()
        if entries
    }


def _entries(finding: AnyFinding) -> list[float]:
    if finding.parameters is None:
        return [0.0] * (len(_COMMON) + len(finding.degradation().entry_names))
    return [_probability(finding), finding.severity / 100, *finding.parameters.entries()]


def _read(name: str, finding: type[AnyFinding], value: dict[str, float]) -> AnyFinding:
    if value[f"{name}.present"] < PRESENT_PROBABILITY:
        return finding.absent()
    kind = finding.degradation()
    severity = 100 * value[f"{name}.severity"]
    parameters = {entry: value[f"{name}.{entry}"] for entry in kind.entry_names}
    return finding(
        present=True,
        severity=min(100.0, max(MINIMUM_PRESENT_SEVERITY, severity)),
        parameters=kind.from_entries(parameters),
    )


def _probability(finding: AnyFinding) -> float:
    """1 unless the author gave a probability; what is present is at least as likely as not."""
    return 1.0 if finding.probability is None else max(PRESENT_PROBABILITY, finding.probability)
