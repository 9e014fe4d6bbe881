from hypothesis import given
from hypothesis import strategies as st

from rr_tasks.priors import without_maps
from schemas.prior.current import DiagnosticPrior
from schemas.prior.finding import grade
from schemas.prior.text import undo_order, write_instruction, write_reasoning

UNDO_ORDER = ("noise", "blur", "rain", "haze")
PRIORS = st.from_type(DiagnosticPrior)


@given(PRIORS)
def test_words_depend_on_the_findings_alone(prior: DiagnosticPrior) -> None:
    again = DiagnosticPrior.model_validate_json(prior.model_dump_json())
    assert write_reasoning(again.findings.values()) == prior.reasoning
    assert write_instruction(again) == write_instruction(prior)


@given(PRIORS)
def test_words_name_each_present_type_and_its_severity(prior: DiagnosticPrior) -> None:
    for name, finding in prior.findings.items():
        severity = f"{finding.severity:.0f}"
        if finding.present:
            assert f"{name} (severity {severity} of 100)" in write_instruction(prior)
            assert f"severity {severity}" in prior.reasoning
            assert grade(finding.severity) in prior.reasoning
        else:
            assert f"no {name}." in prior.reasoning


@given(PRIORS)
def test_maps_are_not_in_the_words(prior: DiagnosticPrior) -> None:
    assert write_reasoning(without_maps(prior).findings.values()) == prior.reasoning


def test_coded_values_are_named_and_linear_light_goes_without_saying(
    prior: DiagnosticPrior,
) -> None:
    for finding in prior.findings.values():
        assert finding.parameters is not None
        coded = finding.parameters.model_copy(update={"light": "coded"})
        assert coded.explain() == f"{finding.parameters.explain()}, in coded values"
        assert coded.summarize() == f"{finding.parameters.summarize()}, in coded values"


@given(PRIORS)
def test_the_order_undoes_what_met_the_light_last_first(prior: DiagnosticPrior) -> None:
    order = undo_order(prior.findings.values())
    assert list(order) == [name for name in UNDO_ORDER if prior.finding(name).present]
    if order:
        assert prior.reasoning.endswith(f"so undo {', then '.join(order)}.")
    else:
        assert prior.reasoning.endswith("Nothing needs to be undone.")
        assert write_instruction(prior).startswith("Keep this photograph as it is.")
    assert prior.scene.description in write_instruction(prior)


def test_an_order_of_ones_own_is_told_as_it_is(prior: DiagnosticPrior) -> None:
    left = [prior.haze, prior.noise]
    assert write_reasoning(left, ("haze", "noise")).endswith("so undo haze, then noise.")
    assert not any(f" {name}" in write_reasoning(left) for name in ("blur", "rain"))
