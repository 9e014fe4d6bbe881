import re
from collections.abc import Callable
from math import ceil

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from transformers import AutoTokenizer, PreTrainedTokenizerBase

from rr_tasks.restorer.qwen.instruction import MOST_TOKENS, WITHHELD, instruct
from schemas.prior.current import DiagnosticPrior, Scene
from schemas.prior.text import write_instruction

_WORD = re.compile(r"[^\W\d_]+|\d|[^\w\s]+|_")


@pytest.fixture(scope="module")
def tokenizer(toy_editor: Callable[[str], str]) -> PreTrainedTokenizerBase:
    return AutoTokenizer.from_pretrained(toy_editor("edit"), subfolder="tokenizer")


def most_tokens_of_qwen(text: str) -> int:
    """More than Qwen's tokenizer needs: a digit each, and one for each four letters of a word."""
    return sum(ceil(len(word) / 4) for word in _WORD.findall(text))


@settings(max_examples=100)
@given(st.from_type(DiagnosticPrior))
def test_no_diagnosis_is_longer_than_the_models_were_trained_with(prior: DiagnosticPrior) -> None:
    assert most_tokens_of_qwen(write_instruction(prior)) < MOST_TOKENS


@settings(max_examples=20)
@given(st.from_type(DiagnosticPrior))
def test_only_the_end_of_a_long_description_is_lost(
    tokenizer: PreTrainedTokenizerBase, prior: DiagnosticPrior
) -> None:
    endless = prior.model_copy(update={"scene": Scene(description="trees and houses " * 600)})
    text = instruct(endless, tokenizer)
    assert len(tokenizer(text)["input_ids"]) <= MOST_TOKENS
    assert write_instruction(endless).startswith(text)
    assert text.endswith(("trees", "and", "houses"))


def test_a_short_one_is_given_whole_and_a_withheld_one_replaced(
    tokenizer: PreTrainedTokenizerBase, prior: DiagnosticPrior
) -> None:
    assert instruct(prior, tokenizer) == write_instruction(prior)
    assert instruct(None, tokenizer) == WITHHELD
