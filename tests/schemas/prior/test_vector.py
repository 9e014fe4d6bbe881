import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rr_tasks.priors import without_maps
from schemas.prior.current import DEGRADATIONS, Blur, DiagnosticPrior, Rain
from schemas.prior.vector import (
    FIELDS,
    PRESENT_PROBABILITY,
    VECTOR_LENGTH,
    findings_from_vector,
    mirrored_entries,
    slice_of,
    to_vector,
)

PRIORS = st.from_type(DiagnosticPrior)
# Compared on its own: the vector says how sure its author was of what he found, and no more.
CERTAINTY = {"probability", "severity_std"}
ABSENT = {"present": False, "severity": 0.0, "parameters": None}


def same_axis(one: float, other: float) -> bool:
    distance = abs(one - other) % 180
    return min(distance, 180 - distance) < 1e-3


def flat(finding: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    out: dict[str, Any] = {}
    for name, value in finding.items():
        if isinstance(value, dict):
            out |= flat(value, f"{prefix}{name}.")
        elif isinstance(value, tuple):
            out |= {f"{prefix}{name}.{index}": entry for index, entry in enumerate(value)}
        else:
            out[prefix + name] = value
    return out


@given(PRIORS)
def test_findings_survive_the_vector(prior: DiagnosticPrior) -> None:
    vector = to_vector(prior)
    assert len(vector) == VECTOR_LENGTH
    for name, found in findings_from_vector(vector).items():
        truth = flat(without_maps(prior).finding(name).model_dump(exclude=CERTAINTY))
        back = flat(found.model_dump(exclude=CERTAINTY))
        assert truth.keys() == back.keys()
        for field, value in truth.items():
            if field.endswith("angle_deg"):
                assert same_axis(value, back[field])
            elif isinstance(value, float):
                assert back[field] == pytest.approx(value, rel=1e-6, abs=1e-9)
            else:
                assert back[field] == value


def test_the_vector_says_how_sure_a_finding_is(prior: DiagnosticPrior) -> None:
    def presence(probability: float | None) -> float:
        haze = prior.haze.model_copy(update={"probability": probability})
        return to_vector(prior.model_copy(update={"haze": haze}))[FIELDS.index("haze.present")]

    assert prior.haze.present
    assert presence(0.7) == 0.7
    assert presence(0.2) == PRESENT_PROBABILITY  # its author calls it present
    assert presence(None) == 1.0


@given(PRIORS)
def test_maps_are_not_in_the_vector(prior: DiagnosticPrior) -> None:
    assert to_vector(without_maps(prior)) == to_vector(prior)


@given(PRIORS)
def test_the_last_entry_of_each_type_says_in_which_values_light_was_mixed(
    prior: DiagnosticPrior,
) -> None:
    vector = to_vector(prior)
    for name in DEGRADATIONS:
        assert FIELDS[slice_of(name)][-1] == f"{name}.coded"
        if parameters := prior.finding(name).parameters:
            assert vector[slice_of(name)][-1] == float(parameters.light == "coded")


@given(PRIORS)
def test_what_is_absent_is_zero(prior: DiagnosticPrior) -> None:
    vector = to_vector(prior)
    for name in DEGRADATIONS:
        if not getattr(prior, name).present:
            assert not any(vector[slice_of(name)])


@given(PRIORS)
def test_a_mirrored_photograph_has_mirrored_axes(prior: DiagnosticPrior) -> None:
    vector = to_vector(prior)
    for index in mirrored_entries():
        vector[index] *= -1
    haze, blur, rain, noise = findings_from_vector(vector).values()
    for before, after in ((prior.blur, blur), (prior.rain, rain)):
        if before.parameters and after.parameters:
            assert same_axis(after.parameters.angle_deg, 180 - before.parameters.angle_deg)
    assert haze.present == prior.haze.present
    assert noise.present == prior.noise.present


def test_defocus_has_no_axis(prior: DiagnosticPrior) -> None:
    assert prior.blur.parameters is not None
    parameters = prior.blur.parameters.model_copy(update={"kind": "defocus", "angle_deg": 50.0})
    blur = Blur(present=True, severity=30.0, parameters=parameters)
    vector = to_vector(prior.model_copy(update={"blur": blur}))
    assert [vector[FIELDS.index(f"blur.{name}")] for name in ("cos2", "sin2")] == [0.0, 0.0]
    found = findings_from_vector(vector)["blur"]
    assert found.parameters is not None
    assert found.parameters.angle_deg == 0.0


def test_axes_either_side_of_the_horizontal_are_neighbours(prior: DiagnosticPrior) -> None:
    def entries(angle: float) -> list[float]:
        assert prior.rain.parameters is not None
        parameters = prior.rain.parameters.model_copy(update={"angle_deg": angle})
        rain = Rain(present=True, severity=20.0, parameters=parameters)
        return to_vector(prior.model_copy(update={"rain": rain}))

    assert math.dist(entries(0.5), entries(179.5)) < 0.1
    assert math.dist(entries(0.0), entries(90.0)) > 1.0


@given(st.lists(st.floats(-5, 5), min_size=VECTOR_LENGTH, max_size=VECTOR_LENGTH))
def test_any_numbers_give_valid_findings(entries: list[float]) -> None:
    found = findings_from_vector(entries)
    for name, finding in found.items():
        present = entries[FIELDS.index(f"{name}.present")] >= 0.5
        assert finding.present == present
        assert finding.severity >= 1 if present else finding.model_dump(exclude=CERTAINTY) == ABSENT


def test_a_vector_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match=f"{VECTOR_LENGTH} entries, not 3"):
        findings_from_vector([0.0] * 3)
