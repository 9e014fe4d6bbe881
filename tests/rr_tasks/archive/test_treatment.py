from collections.abc import Callable

from rr_tasks.archive.treatment import severities, treatment
from schemas.prior.current import DiagnosticPrior

Diagnose = Callable[..., DiagnosticPrior]


def test_all_that_is_found_is_treated(diagnose: Diagnose) -> None:
    prior = diagnose(8, 8, noise=40.0, blur=5.0)
    assert treatment(prior, (), 10.0) == prior
    assert severities(prior) == {"noise": 40.0, "blur": 5.0}


def test_what_is_meant_to_stay_is_taken_out(diagnose: Diagnose) -> None:
    prior = diagnose(8, 8, noise=40.0, blur=30.0)
    wanted = treatment(prior, ("noise",), 10.0)
    assert wanted is not None
    assert wanted.order == ("blur",)
    assert severities(wanted) == {"blur": 30.0}
    assert DiagnosticPrior.model_validate_json(wanted.model_dump_json()) == wanted


def test_a_photograph_is_left_alone_when_nothing_reaches_the_threshold(diagnose: Diagnose) -> None:
    assert treatment(diagnose(8, 8, noise=9.9), (), 10.0) is None
    assert treatment(diagnose(8, 8, noise=10.0), (), 10.0) is not None
    assert treatment(diagnose(8, 8, noise=90.0, blur=5.0), ("noise",), 10.0) is None
    assert treatment(diagnose(8, 8, noise=0.0), (), 0.0) is None
