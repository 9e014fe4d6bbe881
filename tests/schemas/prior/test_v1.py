import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from schemas.prior.current import DEGRADATIONS, DiagnosticPrior

PRIORS = st.from_type(DiagnosticPrior)


def parse(document: dict[str, Any]) -> DiagnosticPrior:
    return DiagnosticPrior.model_validate_json(json.dumps(document))


@given(PRIORS)
def test_a_prior_survives_json(prior: DiagnosticPrior) -> None:
    assert DiagnosticPrior.model_validate_json(prior.model_dump_json()) == prior


@given(PRIORS, st.sampled_from((None, "image", "haze", "blur", "scene", "provenance")))
def test_an_unknown_field_is_refused(prior: DiagnosticPrior, place: str | None) -> None:
    document = prior.model_dump(mode="json")
    (document if place is None else document[place])["surprise"] = 1
    with pytest.raises(ValidationError, match="surprise"):
        parse(document)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -1.0, 100.5, "40", None, True])
@pytest.mark.parametrize("name", DEGRADATIONS)
def test_a_severity_is_a_number_from_1_to_100(
    prior: DiagnosticPrior, name: str, value: object
) -> None:
    document = prior.model_dump(mode="json")
    document[name]["severity"] = value
    with pytest.raises(ValidationError, match="severity"):
        parse(document)


@pytest.mark.parametrize("value", [float("nan"), float("-inf")])
def test_a_parameter_is_a_number(prior: DiagnosticPrior, value: float) -> None:
    document = prior.model_dump(mode="json")
    document["haze"]["parameters"]["beta"] = value
    with pytest.raises(ValidationError, match="beta"):
        parse(document)


@pytest.mark.parametrize("value", [180.0, -1.0])
@pytest.mark.parametrize("name", ["blur", "rain"])
def test_an_axis_lies_from_0_to_below_180(prior: DiagnosticPrior, name: str, value: float) -> None:
    document = prior.model_dump(mode="json")
    document[name]["parameters"]["angle_deg"] = value
    with pytest.raises(ValidationError, match="angle_deg"):
        parse(document)


@pytest.mark.parametrize("name", DEGRADATIONS)
@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"severity": 0.0}, "present degradation has severity 1-100"),
        ({"severity": 0.9}, "present degradation has severity 1-100"),
        ({"present": False}, "absent degradation has severity 0"),
        ({"present": False, "severity": 0.0}, "exactly when the degradation is present"),
        ({"parameters": None}, "exactly when the degradation is present"),
    ],
)
def test_a_contradiction_is_refused(
    prior: DiagnosticPrior, name: str, change: dict[str, object], complaint: str
) -> None:
    document = prior.model_dump(mode="json")
    document[name].update(change)
    with pytest.raises(ValidationError, match=complaint):
        parse(document)


@given(PRIORS, st.lists(st.sampled_from(DEGRADATIONS), max_size=5))
def test_the_order_lists_what_is_present(prior: DiagnosticPrior, order: list[str]) -> None:
    document = {**prior.model_dump(mode="json"), "order": order}
    if sorted(order) == sorted(prior.order):
        assert list(parse(document).order) == order
    else:
        with pytest.raises(ValidationError, match="order must list each present degradation once"):
            parse(document)


def test_a_prior_does_not_change(prior: DiagnosticPrior) -> None:
    with pytest.raises(ValidationError, match="frozen"):
        prior.reasoning = "otherwise"  # type: ignore[misc]
