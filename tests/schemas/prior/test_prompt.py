import json
from functools import cache

import jsonschema
import pytest
import xgrammar
from hypothesis import given
from hypothesis import strategies as st

from rr_tasks.priors import without_maps
from schemas.prior.current import DEGRADATIONS, DiagnosticPrior
from schemas.prior.prompt import (
    DESCRIPTION_LENGTH,
    REASONING_LENGTH,
    answer,
    answer_schema,
    learned_from,
)

PRIORS = st.from_type(DiagnosticPrior)
KEYS = st.text(max_size=8)


@cache
def compiled() -> xgrammar.CompiledGrammar:
    """The grammar of answers over a vocabulary of bytes."""
    vocabulary = [bytes([byte]) for byte in range(256)]
    tokenizer = xgrammar.TokenizerInfo(vocabulary, stop_token_ids=[0])
    return xgrammar.GrammarCompiler(tokenizer).compile_json_schema(
        json.dumps(answer_schema()), any_whitespace=False
    )


def is_accepted(text: str) -> bool:
    matcher = xgrammar.GrammarMatcher(compiled(), terminate_without_stop_token=True)
    return matcher.accept_string(text) and matcher.is_terminated()


@given(PRIORS, KEYS)
def test_the_grammar_accepts_every_answer(prior: DiagnosticPrior, key: str) -> None:
    assert is_accepted(answer(prior, key))


@given(PRIORS, KEYS)
def test_the_schema_accepts_every_answer(prior: DiagnosticPrior, key: str) -> None:
    jsonschema.validate(json.loads(answer(prior, key)), answer_schema())


def test_the_grammar_refuses_flags_that_contradict_severities(prior: DiagnosticPrior) -> None:
    good = json.loads(answer(prior))
    for change in (
        {"present": False},
        {"severity": 0},
        {"severity": 101},
        {"severity": 40.5},
        {"parameters": None},
    ):
        assert not is_accepted(json.dumps({**good, "haze": {**good["haze"], **change}}))
    assert is_accepted(json.dumps(good))
    assert not is_accepted(json.dumps(good, indent=1))


def test_the_longest_string_is_the_longest_that_the_grammar_accepts(
    prior: DiagnosticPrior,
) -> None:
    good = json.loads(answer(prior))
    for length, accepted in ((REASONING_LENGTH, True), (REASONING_LENGTH + 1, False)):
        assert is_accepted(json.dumps({**good, "reasoning": "x" * length})) == accepted


def bounded(schema: object) -> bool:
    """Whether every string, array and number of a schema ends somewhere."""
    if not isinstance(schema, dict):
        return True
    match schema.get("type"):
        case "string":
            return "maxLength" in schema
        case "array":
            return "maxItems" in schema and bounded(schema["items"])
        case "integer" | "number":
            return {"minimum", "maximum"} <= schema.keys()
        case "object":
            closed = schema["additionalProperties"] is False
            return closed and all(map(bounded, schema["properties"].values()))
    return bool({"const", "enum"} & schema.keys()) or all(map(bounded, schema["anyOf"]))


def test_the_schema_is_closed_and_bounded() -> None:
    assert bounded(answer_schema())


@given(PRIORS, KEYS)
def test_an_answer_is_short_and_has_no_size(prior: DiagnosticPrior, key: str) -> None:
    text = answer(prior, key)
    assert len(json.loads(text)["reasoning"]) <= REASONING_LENGTH
    assert len(text) <= 2600
    assert "width" not in text
    assert " px" not in json.loads(text)["reasoning"]


def test_reasoning_is_never_cut(prior: DiagnosticPrior) -> None:
    for key in range(200):
        assert json.loads(answer(prior, str(key)))["reasoning"].endswith(".")


def test_reasoning_comes_before_findings(prior: DiagnosticPrior) -> None:
    names = list(json.loads(answer(prior)))
    assert names == ["scene", "reasoning", *DEGRADATIONS]


@given(PRIORS, KEYS)
def test_a_model_is_not_asked_for_maps(prior: DiagnosticPrior, key: str) -> None:
    text = answer(prior, key)
    assert not any(f'"{name}"' in text for name in ("transmission_map", "kernel", "channels"))
    assert text == answer(without_maps(prior), key)


def asked(prior: DiagnosticPrior) -> DiagnosticPrior:
    provenance = prior.provenance.model_copy(update={"prompt_version": "1"})
    return prior.model_copy(update={"provenance": provenance})


@given(PRIORS)
def test_a_scene_that_nobody_saw_is_not_learned(prior: DiagnosticPrior) -> None:
    text = answer(prior)
    learned = text[learned_from(prior, text) :]
    assert learned.startswith('"reasoning": "')
    assert text.endswith(learned)
    assert learned_from(asked(prior), text) == 0


def test_a_model_keeps_its_own_words(prior: DiagnosticPrior) -> None:
    provenance = prior.provenance.model_copy(update={"source": "reasoner", "prompt_version": "1"})
    own = prior.model_copy(update={"provenance": provenance, "reasoning": 'It "is" \\ pale.\n'})
    assert json.loads(answer(own))["reasoning"] == "It 'is' / pale."


@pytest.mark.parametrize("length", [DESCRIPTION_LENGTH, DESCRIPTION_LENGTH + 50])
def test_long_descriptions_are_cut(prior: DiagnosticPrior, length: int) -> None:
    scene = prior.scene.model_copy(update={"description": "x" * length})
    text = answer(prior.model_copy(update={"scene": scene}))
    assert json.loads(text)["scene"]["description"] == "x" * DESCRIPTION_LENGTH
