import json

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.prior.current import (
    DEGRADATIONS,
    Blur,
    DiagnosticPrior,
    Haze,
    HazeParameters,
    ImageSize,
    Noise,
    Provenance,
    Rain,
    Scene,
)
from schemas.prior.levels import LEVELS, level_of, levels_schema, severity_at, write_levels


def hazy(severity: float) -> DiagnosticPrior:
    light = HazeParameters(atmospheric_light=(0.9, 0.9, 0.9), transmission=0.5, beta=1.0)
    return DiagnosticPrior(
        image=ImageSize(width=64, height=48),
        haze=Haze(present=True, severity=severity, parameters=light),
        blur=Blur.absent(),
        rain=Rain.absent(),
        noise=Noise.absent(),
        scene=Scene(description="a wall"),
        order=("haze",),
        reasoning="it is pale",
        provenance=Provenance(source="synthesis", author="test"),
    )


@given(st.floats(1.0, 100.0))
def test_an_answer_follows_the_schema_and_names_what_is_present(severity: float) -> None:
    document = json.loads(write_levels(hazy(severity)))
    jsonschema.validate(document, levels_schema())
    assert list(document) == list(DEGRADATIONS)
    assert [name for name, level in document.items() if level] == ["haze"]
    assert abs(severity_at(document["haze"]) - severity) <= 15.0


@given(st.floats(10.0, 100.0))
def test_a_level_stands_for_severities_nearby(severity: float) -> None:
    assert abs(severity_at(level_of(severity)) - severity) <= 5.0


def test_levels_rise_with_severity() -> None:
    assert severity_at(0) == 0.0
    severities = [severity_at(level) for level in LEVELS]
    assert severities == sorted(set(severities))
    assert level_of(100.0) == level_of(95.0) == 9


@pytest.mark.parametrize("given", [{"haze": 3}, dict.fromkeys(DEGRADATIONS, 10)])
def test_the_schema_is_closed(given: dict[str, int]) -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(given, levels_schema())
