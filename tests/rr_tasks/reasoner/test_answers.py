import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rr_tasks.reasoner.answers import read_answer
from rr_tasks.reasoner.protocol import Answer, Unparsed
from schemas.prior.current import DEGRADATIONS, DiagnosticPrior, ImageSize, Provenance
from schemas.prior.prompt import answer

MODEL = Provenance(source="reasoner", author="a model", prompt_version="2")
PRIORS = st.from_type(DiagnosticPrior)
SIZES = st.builds(ImageSize, width=st.integers(32, 8000), height=st.integers(32, 8000))
TEXTS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
).map(json.dumps)


def read(text: str, image: ImageSize | None = None) -> Answer:
    return read_answer(text, image or ImageSize(width=640, height=480), MODEL)


def read_prior(text: str, image: ImageSize | None = None) -> DiagnosticPrior:
    found = read(text, image)
    assert isinstance(found, DiagnosticPrior), found
    return found


@given(PRIORS, SIZES, st.text(max_size=4))
def test_every_answer_is_a_prior_with_the_same_findings(
    prior: DiagnosticPrior, image: ImageSize, key: str
) -> None:
    prior = prior.model_copy(update={"image": image})
    found = read_prior(answer(prior, key), image)
    assert (found.image, found.provenance, found.order) == (image, MODEL, prior.order)
    for name in DEGRADATIONS:
        said, meant = getattr(found, name), getattr(prior, name)
        assert said.present == meant.present
        assert abs(meant.severity - said.severity) <= 0.5
        assert said.probability is said.severity_std is None
        if said.parameters and meant.parameters:
            assert said.parameters.light == meant.parameters.light
            assert said.parameters == said.parameters.without_maps()


@given(PRIORS)
def test_lengths_come_back_in_pixels(prior: DiagnosticPrior) -> None:
    found = read_prior(answer(prior))
    if found.blur.parameters and prior.blur.parameters:
        off = found.blur.parameters.extent_px - prior.blur.parameters.extent_px
        assert abs(off) <= 0.051 * 480 / 1000


@given(PRIORS, st.text(max_size=4))
def test_saying_it_again_changes_nothing(prior: DiagnosticPrior, key: str) -> None:
    text = answer(prior, key)
    assert answer(read_prior(text)) == text


@given(st.text() | TEXTS)
def test_any_text_is_a_prior_or_a_reason(text: str) -> None:
    found = read(text)
    assert isinstance(found, Unparsed)
    assert found.text == text
    assert "\n" not in found.reason


@given(PRIORS, st.data())
def test_an_answer_with_anything_in_it_is_a_prior_or_a_reason(
    prior: DiagnosticPrior, data: st.DataObject
) -> None:
    document: dict[str, Any] = json.loads(answer(prior))
    place = data.draw(st.sampled_from(sorted(document)))
    document[place] = json.loads(data.draw(TEXTS))
    found = read(json.dumps(document))
    assert isinstance(found, DiagnosticPrior | Unparsed)


@pytest.mark.parametrize(
    "wrapped", ["```json\n{}\n```", "Here it is: {}", "<think>{{'a': no}}</think>{}", "{} Done."]
)
def test_what_stands_around_an_answer_is_ignored(prior: DiagnosticPrior, wrapped: str) -> None:
    text = answer(prior)
    assert read(wrapped.replace("{}", text)) == read(text)


@given(PRIORS, st.integers(0, 2000))
def test_a_truncated_answer_is_no_prior(prior: DiagnosticPrior, length: int) -> None:
    text = answer(prior)
    found = read(text[: min(length, len(text) - 1)])
    assert isinstance(found, Unparsed)
    assert "JSON object" in found.reason


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"haze": {"present": False, "severity": 0, "parameters": None}}, "reasoning"),
        ({"haze": {"present": True, "severity": 0, "parameters": None}}, "severity 1-100"),
        ({"haze": 3}, "Haze"),
        ({"scene": None}, "Scene"),
        ({"reasoning": 5}, "reasoning"),
        ({"reasoning": "There is no haze."}, "sees no haze, which is found present"),
        ({"reasoning": "Pale: haze, severity 90."}, "gives haze severity 90, the finding 40"),
    ],
)
def test_the_reason_says_what_is_wrong(
    prior: DiagnosticPrior, change: dict[str, Any], reason: str
) -> None:
    found = read(json.dumps({**json.loads(answer(prior)), **change}))
    assert isinstance(found, Unparsed)
    assert reason in found.reason


def test_what_is_missing_is_named(prior: DiagnosticPrior) -> None:
    document = json.loads(answer(prior))
    del document["rain"]
    found = read(json.dumps(document))
    assert isinstance(found, Unparsed)
    assert found.reason == "it lacks rain"
