import json

from hypothesis import given
from hypothesis import strategies as st

from rr_tasks.priors import without_maps
from schemas.prior.current import DEGRADATIONS, DiagnosticPrior
from schemas.prior.migrations import load_prior
from schemas.prior.prompt import answer


def understood(text: str, prior: DiagnosticPrior) -> DiagnosticPrior:
    return load_prior(json.dumps({**json.loads(text), "provenance": prior.provenance.model_dump()}))


@given(st.from_type(DiagnosticPrior))
def test_every_answer_is_a_prior_with_the_same_findings(prior: DiagnosticPrior) -> None:
    found = understood(answer(prior), prior)
    assert (found.scene, found.order, found.reasoning) == (
        prior.scene,
        prior.order,
        prior.reasoning,
    )
    for name in DEGRADATIONS:
        said, meant = getattr(found, name), getattr(prior, name)
        assert said.present == meant.present
        assert 0 <= meant.severity - said.severity <= meant.severity / 1000
        assert said.probability is said.severity_std is None
        if said.parameters and meant.parameters:
            assert said.parameters.light == meant.parameters.light
            assert said.parameters == said.parameters.without_maps()


@given(st.from_type(DiagnosticPrior))
def test_saying_it_again_changes_nothing(prior: DiagnosticPrior) -> None:
    assert answer(understood(answer(prior), prior)) == answer(prior)


def test_reasoning_comes_before_findings(prior: DiagnosticPrior) -> None:
    names = list(json.loads(answer(prior)))
    assert names.index("reasoning") < min(map(names.index, (*DEGRADATIONS, "order")))
    assert "provenance" not in names


@given(st.from_type(DiagnosticPrior))
def test_a_model_is_not_asked_for_maps(prior: DiagnosticPrior) -> None:
    text = answer(prior)
    assert not any(name in text for name in ("transmission_map", "kernel", "channels"))
    assert text == answer(without_maps(prior))
