"""Writing within a grammar: only what a JSON Schema allows can come next."""

import json
from collections.abc import Sequence
from typing import Any

import torch
import xgrammar
from transformers import BatchFeature
from xgrammar.contrib.hf import LogitsProcessor

from rr_tasks.reasoner.question import Question
from rr_tasks.reasoner.qwen.backbone import Backbone

# What the model was published with draws at random, and punishes what a schema asks for again.
GREEDY: dict[str, Any] = {
    "do_sample": False,
    "num_beams": 1,
    "repetition_penalty": 1.0,
    "temperature": None,
    "top_k": None,
    "top_p": None,
}
"""How answers are drawn: always the likeliest token that the grammar allows."""

_SEPARATORS = (", ", ": ")


class Grammars:
    """Compiles JSON Schemas for the tokens of one model."""

    def __init__(self, backbone: Backbone) -> None:
        tokenizer = backbone.processor.tokenizer
        self._compiler = xgrammar.GrammarCompiler(
            xgrammar.TokenizerInfo.from_huggingface(
                tokenizer,
                vocab_size=backbone.model.config.get_text_config().vocab_size,
                stop_token_ids=end_tokens(backbone),
            )
        )

    def compile(self, question: Question) -> xgrammar.CompiledGrammar:
        """Compile what answers have to be; the compiler remembers what it compiled.

        They have no free whitespace, which models may go on writing, and are separated as
        `json.dumps` does.
        """
        return self._compiler.compile_json_schema(
            json.dumps(question.schema), any_whitespace=False, separators=_SEPARATORS
        )


def write(
    backbone: Backbone,
    inputs: BatchFeature,
    grammar: xgrammar.CompiledGrammar,
    most_tokens: int,
) -> torch.Tensor:
    """Let a model answer a batch of chats, each within the grammar.

    Args:
        backbone: the model.
        inputs: what `rr_tasks.reasoner.qwen.conversation.show` returns.
        grammar: what answers have to be.
        most_tokens: where an answer is cut off.

    Returns:
        Tokens (B, T) of the answers, which end with the end token and padding.
    """
    tokens: torch.Tensor = _generate(backbone, inputs, grammar, most_tokens).sequences
    return tokens[:, inputs["input_ids"].shape[1] :]


def write_with_logits(
    backbone: Backbone,
    inputs: BatchFeature,
    grammar: xgrammar.CompiledGrammar,
    most_tokens: int,
) -> tuple[torch.Tensor, torch.Tensor]:
    """Do as `write`, and also return the logits (B, T, vocabulary) before the grammar."""
    drawn = _generate(backbone, inputs, grammar, most_tokens, output_logits=True)
    return drawn.sequences[:, inputs["input_ids"].shape[1] :], torch.stack(drawn.logits, 1)


def _generate(
    backbone: Backbone,
    inputs: BatchFeature,
    grammar: xgrammar.CompiledGrammar,
    most_tokens: int,
    **asked_for: bool,
) -> Any:
    model = backbone.model
    with torch.inference_mode():
        return model.generate(
            **inputs.to(model.device),
            **GREEDY,
            max_new_tokens=most_tokens,
            eos_token_id=end_tokens(backbone),
            pad_token_id=backbone.processor.tokenizer.pad_token_id,
            logits_processor=[LogitsProcessor(grammar)],  # it remembers what was drawn
            return_dict_in_generate=True,
            **asked_for,
        )


def end_tokens(backbone: Backbone) -> list[int]:
    """Return the tokens that end an answer: those of the model, or else that of its tokenizer."""
    ends = backbone.model.generation_config.eos_token_id
    if ends is None:
        return [int(backbone.processor.tokenizer.eos_token_id)]
    return list(ends) if isinstance(ends, Sequence) else [int(ends)]
