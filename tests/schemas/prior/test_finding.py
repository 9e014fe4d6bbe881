import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from schemas.prior.current import DEGRADATIONS, DiagnosticPrior, Haze
from schemas.prior.finding import grade


def test_a_finding_knows_its_type(prior: DiagnosticPrior) -> None:
    names = [finding.degradation().name for finding in prior.findings.values()]
    assert tuple(names) == DEGRADATIONS


@given(st.from_type(DiagnosticPrior))
def test_nothing_is_said_of_the_parameters_of_what_is_absent(prior: DiagnosticPrior) -> None:
    for finding in prior.findings.values():
        absent = type(finding).absent()
        assert absent.sentence().endswith(f": no {finding.degradation().name}.")
        assert (finding.sentence() == absent.sentence()) == (not finding.present)


def test_a_present_finding_has_parameters() -> None:
    with pytest.raises(ValidationError, match="exactly when the degradation is present"):
        Haze(present=True, severity=40.0)


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
