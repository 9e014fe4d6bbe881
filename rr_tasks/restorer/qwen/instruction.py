"""The diagnosis in words, no longer than the models were trained with."""

from transformers import PreTrainedTokenizerBase

from schemas.prior.current import DiagnosticPrior
from schemas.prior.text import write_instruction

MOST_TOKENS = 512
"""Longest prompt that Qwen-Image-Edit was trained with."""

WITHHELD = "Restore this photograph. Keep the scene unchanged."
"""What is asked where the diagnosis is withheld."""


def instruct(prior: DiagnosticPrior | None, tokenizer: PreTrainedTokenizerBase) -> str:
    """Say what to undo, in at most `MOST_TOKENS` tokens.

    The description of the scene comes last, so a long one loses its end.
    """
    text = WITHHELD if prior is None else write_instruction(prior)
    places = tokenizer(text, return_offsets_mapping=True, add_special_tokens=False)[
        "offset_mapping"
    ]
    if len(places) <= MOST_TOKENS:
        return text
    _, end = places[MOST_TOKENS - 1]
    return text[:end].rsplit(" ", 1)[0]
