from typing import Any

import pytest

from rr_tasks.restorer.treatment import severities, treatment
from schemas.prior.current import DEGRADATIONS, DegradationName, DiagnosticPrior

NOISE: tuple[DegradationName, ...] = ("noise",)


def of(prior: DiagnosticPrior, **present: float) -> DiagnosticPrior:
    """`prior` with these severities and nothing else."""
    findings: dict[str, Any] = {
        name: getattr(prior, name).model_copy(update={"severity": present[name]})
        if name in present
        else type(getattr(prior, name))(present=False, severity=0.0)
        for name in DEGRADATIONS
    }
    order = tuple(name for name in prior.order if name in present)
    return prior.model_copy(update={**findings, "order": order})


def told(prior: DiagnosticPrior, **probability: float | None) -> DiagnosticPrior:
    findings = {
        name: getattr(prior, name).model_copy(update={"probability": value})
        for name, value in probability.items()
    }
    return prior.model_copy(update=findings)


def test_all_that_is_found_is_treated(prior: DiagnosticPrior) -> None:
    found = of(prior, noise=40.0, blur=5.0)
    assert treatment(found) == found
    assert severities(found) == {"noise": 40.0, "blur": 5.0}


def test_what_is_meant_to_stay_is_taken_out(prior: DiagnosticPrior) -> None:
    wanted = treatment(of(prior, noise=40.0, blur=30.0), keep=NOISE)
    assert wanted is not None
    assert wanted.order == ("blur",)
    assert severities(wanted) == {"blur": 30.0}
    assert DiagnosticPrior.model_validate_json(wanted.model_dump_json()) == wanted


def test_a_photograph_is_left_alone_when_nothing_reaches_the_threshold(
    prior: DiagnosticPrior,
) -> None:
    assert treatment(of(prior, noise=9.9), threshold=10.0) is None
    assert treatment(of(prior, noise=10.0), threshold=10.0) is not None
    assert treatment(of(prior, noise=90.0, blur=5.0), keep=NOISE, threshold=10.0) is None
    assert treatment(of(prior), threshold=0.0) is None


def test_what_is_doubtful_is_taken_out(prior: DiagnosticPrior) -> None:
    found = told(of(prior, noise=40.0, blur=30.0), noise=0.9, blur=0.6)
    wanted = treatment(found, certainty=0.75)
    assert wanted is not None
    assert wanted.order == ("noise",)
    assert severities(wanted) == {"noise": 40.0}
    assert treatment(found, certainty=0.6) == found
    assert treatment(found, certainty=0.95) is None


@pytest.mark.parametrize("keep", [(), NOISE])
def test_a_doubtful_finding_does_not_reach_the_threshold(
    prior: DiagnosticPrior, keep: tuple[DegradationName, ...]
) -> None:
    found = told(of(prior, noise=8.0, blur=30.0), noise=1.0, blur=0.6)
    assert treatment(found, keep, threshold=10.0, certainty=0.75) is None


def test_who_does_not_say_how_sure_he_is_counts_as_certain(prior: DiagnosticPrior) -> None:
    found = told(of(prior, noise=40.0), noise=None)
    assert treatment(found, certainty=1.0) == found
