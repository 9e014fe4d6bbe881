import re
from itertools import chain, combinations

import pytest

from rr_tasks.priors import make_absent_findings
from rr_tasks.treatment.choice import choose_treatment, explain_leaving, severities
from schemas.prior.current import DEGRADATIONS, DiagnosticPrior
from schemas.prior.text import undo_order, write_instruction, write_reasoning


def of(prior: DiagnosticPrior, **present: float) -> DiagnosticPrior:
    """`prior` with these severities and nothing else."""
    severities = {
        name: prior.finding(name).model_copy(update={"severity": severity})
        for name, severity in present.items()
    }
    findings = make_absent_findings() | severities
    return prior.model_copy(
        update={
            **findings,
            "order": undo_order(findings.values()),
            "reasoning": write_reasoning(findings.values()),
        }
    )


def told(prior: DiagnosticPrior, **probability: float | None) -> DiagnosticPrior:
    findings = {
        name: prior.finding(name).model_copy(update={"probability": value})
        for name, value in probability.items()
    }
    return prior.model_copy(update=findings)


def test_all_that_is_found_is_treated(prior: DiagnosticPrior) -> None:
    found = of(prior, noise=40.0, blur=5.0)
    assert choose_treatment(found) == found
    assert severities(found) == {"noise": 40.0, "blur": 5.0}


def test_what_is_meant_to_stay_is_taken_out(prior: DiagnosticPrior) -> None:
    wanted = choose_treatment(of(prior, noise=40.0, blur=30.0), keep=("noise",))
    assert wanted is not None
    assert wanted.order == ("blur",)
    assert severities(wanted) == {"blur": 30.0}
    assert DiagnosticPrior.model_validate_json(wanted.model_dump_json()) == wanted


def test_a_photograph_is_left_alone_when_nothing_reaches_the_threshold(
    prior: DiagnosticPrior,
) -> None:
    assert choose_treatment(of(prior, noise=9.9), threshold=10.0) is None
    assert choose_treatment(of(prior, noise=10.0), threshold=10.0) is not None
    assert (
        choose_treatment(of(prior, noise=90.0, blur=5.0), keep=("noise",), threshold=10.0) is None
    )
    assert choose_treatment(of(prior), threshold=0.0) is None


def test_what_is_doubtful_is_taken_out(prior: DiagnosticPrior) -> None:
    found = told(of(prior, noise=40.0, blur=30.0), noise=0.9, blur=0.6)
    wanted = choose_treatment(found, certainty=0.75)
    assert wanted is not None
    assert wanted.order == ("noise",)
    assert severities(wanted) == {"noise": 40.0}
    assert choose_treatment(found, certainty=0.6) == found
    assert choose_treatment(found, certainty=0.95) is None


@pytest.mark.parametrize("keep", [(), ("noise",)])
def test_a_doubtful_finding_does_not_reach_the_threshold(
    prior: DiagnosticPrior, keep: tuple[str, ...]
) -> None:
    found = told(of(prior, noise=8.0, blur=30.0), noise=1.0, blur=0.6)
    assert choose_treatment(found, keep, threshold=10.0, certainty=0.75) is None


def test_what_is_left_alone_has_a_reason(prior: DiagnosticPrior) -> None:
    found = told(of(prior, haze=50.0, noise=40.0), haze=0.9, noise=0.6)
    assert explain_leaving(of(prior)) == "clean"
    assert explain_leaving(found, threshold=60.0) == "clean"
    assert explain_leaving(found, threshold=45.0, certainty=0.95) == "uncertain"
    assert explain_leaving(found, certainty=0.75) == "kept"


def test_who_does_not_say_how_sure_he_is_counts_as_certain(prior: DiagnosticPrior) -> None:
    found = told(of(prior, noise=40.0), noise=None)
    assert choose_treatment(found, certainty=1.0) == found


def subsets() -> list[tuple[str, ...]]:
    sizes = range(len(DEGRADATIONS) + 1)
    return list(chain.from_iterable(combinations(DEGRADATIONS, size) for size in sizes))


@pytest.mark.parametrize("kept", subsets(), ids="+".join)
def test_what_is_kept_leaves_no_trace(prior: DiagnosticPrior, kept: tuple[str, ...]) -> None:
    doubtful = told(prior, **dict.fromkeys(kept, 0.5))
    for wanted in (choose_treatment(prior, keep=kept), choose_treatment(doubtful, certainty=0.75)):
        if len(kept) == len(DEGRADATIONS):
            assert wanted is None
            continue
        assert wanted is not None
        words = set(re.findall(r"\w+", write_instruction(wanted)))
        for name in DEGRADATIONS:
            assert (name in words) == (name not in kept)
        assert wanted.reasoning.endswith(f"so undo {', then '.join(wanted.order)}.")


def test_the_words_of_a_reasoner_stay_if_nothing_is_taken_out(prior: DiagnosticPrior) -> None:
    own = prior.model_copy(update={"reasoning": "Rain, and behind it a bend in the road."})
    assert choose_treatment(own) == own


def test_the_order_of_a_reasoner_stays_for_the_rest(prior: DiagnosticPrior) -> None:
    own = prior.model_copy(update={"order": ("haze", "rain", "noise", "blur")})
    wanted = choose_treatment(own, keep=("rain",))
    assert wanted is not None
    assert wanted.order == ("haze", "noise", "blur")
    assert wanted.reasoning.endswith("so undo haze, then noise, then blur.")
