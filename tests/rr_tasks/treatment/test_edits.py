import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pydantic import ValidationError

from rr_tasks.degrade.catalogue import CATALOGUE
from rr_tasks.priors import leave_out
from rr_tasks.treatment.edits import edit_prior
from schemas.prior.current import DEGRADATIONS, DiagnosticPrior
from schemas.prior.transmission_map import MAP_SIDE, TransmissionMap
from schemas.treatment import Treatment


def edits(**given: object) -> Treatment:
    return Treatment.model_validate({"edit_prior": given})


@given(st.from_type(DiagnosticPrior), st.sampled_from(DEGRADATIONS))
def test_a_severity_of_0_leaves_a_type_out_without_a_trace(
    prior: DiagnosticPrior, name: str
) -> None:
    edited = edit_prior(prior, {f"{name}.severity": 0})
    assert edited.findings == leave_out(prior, [name] if name in prior.present() else []).findings
    assert name not in edited.order
    assert DiagnosticPrior.model_validate_json(edited.model_dump_json()) == edited


@given(st.from_type(DiagnosticPrior), st.sampled_from(DEGRADATIONS), st.floats(5.0, 95.0))
def test_parameters_follow_a_severity(prior: DiagnosticPrior, name: str, severity: float) -> None:
    edited = edit_prior(prior, {f"{name}.severity": severity, "haze.probability": 1})
    assert edited.present().keys() == prior.present().keys()
    assume(name in prior.present())
    found = edited.finding(name)
    short_side = min(prior.image.width, prior.image.height)
    assert found.severity == severity
    following = CATALOGUE[name].severity(found.parameters, short_side)
    assert following == pytest.approx(severity, abs=0.1)
    assert f"(severity {severity:.0f})" in edited.reasoning


@pytest.mark.parametrize("severity", [20.0, 80.0])
def test_all_that_says_how_thick_haze_is_follows_its_severity(
    prior: DiagnosticPrior, severity: float
) -> None:
    before = prior.haze.parameters
    assert before is not None
    rows = ((0.7,) * MAP_SIDE,) * MAP_SIDE
    mapped = before.model_copy(update={"transmission_map": TransmissionMap(rows=rows)})
    found = prior.haze.model_copy(update={"parameters": mapped})
    hazy = prior.model_copy(update={"haze": found})
    after = edit_prior(hazy, {"haze.severity": severity}).haze.parameters
    assert after is not None
    assert after.transmission_map is not None
    thicker = severity > prior.haze.severity
    assert (after.beta > before.beta) is thicker
    assert (after.transmission < before.transmission) is thicker
    assert (after.transmission_map.mean() < 0.7) is thicker


def test_the_severity_follows_parameters_and_maps_are_left_out(prior: DiagnosticPrior) -> None:
    edited = edit_prior(prior, {"blur.extent_px": 4, "haze.atmospheric_light": [0.8, 0.8, 0.9]})
    parameters = edited.blur.parameters
    assert parameters is not None
    assert parameters.extent_px == 4.0
    assert parameters.kernel is None
    short_side = min(prior.image.width, prior.image.height)
    assert edited.blur.severity == CATALOGUE["blur"].severity(parameters, short_side)
    assert edited.blur.probability == prior.blur.probability
    assert edited.haze.parameters is not None
    assert edited.haze.parameters.atmospheric_light == (0.8, 0.8, 0.9)


def test_what_was_not_found_is_not_added(prior: DiagnosticPrior) -> None:
    clear = leave_out(prior, ["haze"])
    assert edit_prior(clear, {"haze.severity": 50.0, "haze.transmission": 0.5}) == clear


@pytest.mark.parametrize(
    ("path", "value", "complaint"),
    [
        ("fog.severity", 1, "fog.severity begins with no degradation; name haze, blur, rain or"),
        (
            "haze",
            1,
            "haze cannot be edited; of haze, name severity, probability, at",
        ),
        ("blur.kernel", 1, "blur.kernel cannot be edited"),
        ("haze.severity", 140, "haze.severity should be less than or equal to 100, not 140"),
        ("haze.severity", 0.5, "haze.severity should be 0, to leave it out, or from 1 to 100"),
        ("haze.severity", float("nan"), "haze.severity"),
        ("blur.extent_px", 0, "blur.extent_px should be greater than 0"),
        ("blur.kind", "odd", "blur.kind should be 'motion', 'defocus' or 'gaussian', not 'odd'"),
        ("haze.atmospheric_light", [1, 1], "haze.atmospheric_light"),
    ],
)
def test_what_cannot_be_is_refused_and_what_can_be_is_named(
    path: str, value: object, complaint: str
) -> None:
    with pytest.raises(ValidationError, match=re.escape(complaint)):
        edits(**{path: value})
