import pytest

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
