from hypothesis import given
from hypothesis import strategies as st

from schemas.prior.claims import find_contradiction
from schemas.prior.current import DiagnosticPrior
from schemas.prior.finding import grade
from schemas.prior.number import say_in_pixels
from schemas.prior.text import undo_order
from schemas.prior.wording import vary_reasoning

PRIORS = st.from_type(DiagnosticPrior)
KEYS = st.text(max_size=8)


def say(prior: DiagnosticPrior, key: str) -> str:
    return vary_reasoning(prior.findings.values(), key, say_in_pixels)


@given(PRIORS, KEYS)
def test_words_never_contradict_the_findings(prior: DiagnosticPrior, key: str) -> None:
    assert find_contradiction(say(prior, key), prior.findings) is None


@given(PRIORS, KEYS)
def test_every_finding_is_said_with_its_numbers(prior: DiagnosticPrior, key: str) -> None:
    text = say(prior, key)
    for name, finding in prior.findings.items():
        if finding.parameters is None:
            assert f"no {name}." in text
        else:
            assert f"{grade(finding.severity)} {finding.parameters.noun()}" in text
            assert f"severity {finding.severity:.0f}" in text
            assert finding.parameters.explain() in text
    assert ", then ".join(undo_order(prior.findings.values())) in text


@given(PRIORS, KEYS, st.sampled_from(["haze", "blur", "rain", "noise"]))
def test_words_contradict_other_findings(prior: DiagnosticPrior, key: str, name: str) -> None:
    text = say(prior, key)
    finding = prior.finding(name)
    if finding.present:
        moved = finding.severity + (40 if finding.severity < 50 else -40)
        further = finding.model_copy(update={"severity": moved})
        assert find_contradiction(text, {**prior.findings, name: further})
        assert find_contradiction(text, {**prior.findings, name: finding.absent()})


def test_absence_contradicts_presence(prior: DiagnosticPrior) -> None:
    absent = {name: finding.absent() for name, finding in prior.findings.items()}
    for key in range(50):
        text = vary_reasoning(absent.values(), str(key), say_in_pixels)
        for name, finding in prior.findings.items():
            found = find_contradiction(text, {**absent, name: finding})
            assert found == f"the reasoning sees no {name}, which is found present"


@given(PRIORS, KEYS)
def test_the_same_key_gives_the_same_words(prior: DiagnosticPrior, key: str) -> None:
    again = DiagnosticPrior.model_validate_json(prior.model_dump_json())
    assert say(again, key) == say(prior, key)


def test_keys_give_different_words(prior: DiagnosticPrior) -> None:
    assert len({say(prior, str(key)) for key in range(100)}) > 90


def test_words_stay_the_same_from_release_to_release(prior: DiagnosticPrior) -> None:
    assert say(prior, "0000000001") == (
        "Far things are paler than near ones, so there is moderate haze (severity 40); on average "
        "70% of the scene's light arrives, mixed with airlight of colour (0.80, 0.82, 0.85). "
        "Parallel streaks lie in front of everything; that is slight rain, severity 20; streaks of "
        "about 30 px at 100 degrees cover 3% of the frame. Points of light are smeared: moderate "
        "motion blur, severity 30, about 7.0 px along 30 degrees. Even surfaces and the sky are "
        "speckled, so there is strong noise (severity 60), photon gain 0.0300 and read noise "
        "0.0200. What met the light last goes first: undo noise, then blur, then rain, then haze."
    )
