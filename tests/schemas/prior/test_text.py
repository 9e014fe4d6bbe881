import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.prior.current import DEGRADATIONS, DiagnosticPrior
from schemas.prior.text import UNDO_ORDER, grade, instruction, reasoning, undo_order

PRIORS = st.from_type(DiagnosticPrior)


@given(PRIORS)
def test_words_depend_on_the_findings_alone(prior: DiagnosticPrior) -> None:
    again = DiagnosticPrior.model_validate_json(prior.model_dump_json())
    findings = [getattr(again, name) for name in DEGRADATIONS]
    assert reasoning(*findings) == prior.reasoning
    assert instruction(again) == instruction(prior)


@given(PRIORS)
def test_words_name_each_present_type_and_its_severity(prior: DiagnosticPrior) -> None:
    for name in DEGRADATIONS:
        finding = getattr(prior, name)
        severity = f"{finding.severity:.0f}"
        if finding.present:
            assert f"{name} (severity {severity} of 100)" in instruction(prior)
            assert f"severity {severity}" in prior.reasoning
            assert grade(finding.severity) in prior.reasoning
        else:
            assert f"no {name}." in prior.reasoning


@given(PRIORS)
def test_the_order_undoes_what_met_the_light_last_first(prior: DiagnosticPrior) -> None:
    order = undo_order(prior.haze, prior.blur, prior.rain, prior.noise)
    assert list(order) == [name for name in UNDO_ORDER if getattr(prior, name).present]
    if order:
        assert prior.reasoning.endswith(f"so undo {', then '.join(order)}.")
    else:
        assert prior.reasoning.endswith("Nothing needs to be undone.")
        assert instruction(prior).startswith("Keep this photograph as it is.")
    assert prior.scene.description in instruction(prior)


@pytest.mark.parametrize(
    ("severity", "word"),
    [
        (1.0, "slight"),
        (25.0, "slight"),
        (25.1, "moderate"),
        (50.0, "moderate"),
        (75.0, "strong"),
        (75.1, "extreme"),
        (100.0, "extreme"),
    ],
)
def test_grades(severity: float, word: str) -> None:
    assert grade(severity) == word
