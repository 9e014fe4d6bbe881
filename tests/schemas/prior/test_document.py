import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.prior.current import DEGRADATIONS, DiagnosticPrior


def test_findings_are_held_by_the_name_of_their_type(prior: DiagnosticPrior) -> None:
    assert tuple(prior.findings) == tuple(DiagnosticPrior.types()) == DEGRADATIONS
    for name, finding in prior.findings.items():
        assert finding == getattr(prior, name) == prior.finding(name)
        assert isinstance(finding, DiagnosticPrior.types()[name])


def test_only_what_is_there_is_present(prior: DiagnosticPrior) -> None:
    clear = prior.model_copy(update={"haze": type(prior.haze).absent()})
    assert set(prior.present()) - set(clear.present()) == {"haze"}


def test_a_type_that_no_prior_knows_is_no_finding(prior: DiagnosticPrior) -> None:
    with pytest.raises(KeyError, match="snow"):
        prior.finding("snow")


@given(st.from_type(DiagnosticPrior))
def test_for_people_a_prior_has_a_line_for_each_row_of_a_map(prior: DiagnosticPrior) -> None:
    text = prior.render()
    assert DiagnosticPrior.model_validate_json(text) == prior
    assert len(text.splitlines()) < 150
    assert text.endswith("}\n")


def test_words_that_look_like_numbers_stay_as_they_are(prior: DiagnosticPrior) -> None:
    words = prior.model_copy(update={"reasoning": "[ 1,\n  2 ]"})
    assert DiagnosticPrior.model_validate_json(words.render()).reasoning == "[ 1,\n  2 ]"
