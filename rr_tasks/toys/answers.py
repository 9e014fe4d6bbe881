"""A tokenizer in which the answers that models of the Qwen tier learn to write are short."""

from collections.abc import Iterator

import numpy as np
from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import PreTrainedTokenizerFast

from rr_tasks.priors import make_prior
from rr_tasks.toys.tokenizer import SPECIAL
from schemas.prior.current import DiagnosticPrior, Provenance
from schemas.prior.levels import QUESTION, write_levels
from schemas.prior.prompt import PROMPT, answer
from schemas.prior.vector import VECTOR_LENGTH, findings_from_vector

PAD, END = "<|endoftext|>", "<|im_end|>"

_PRIORS = 256
_SIDE = 16


def train_answer_tokenizer(vocabulary: int) -> PreTrainedTokenizerFast:
    """Train a byte-level BPE tokenizer on prompts and answers; the result is always the same.

    As in Qwen's own tokenizers, each digit is a token. Unlike there, all between two digits may
    become one token, so that answers are short.

    Args:
        vocabulary: the number of tokens, at least 300: there are 256 bytes.
    """
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(r"\p{N}"), behavior="isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary,
        special_tokens=list(SPECIAL),
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(_write_texts(), trainer)
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        eos_token=END,
        pad_token=PAD,
        additional_special_tokens=[token for token in SPECIAL if token not in (PAD, END)],
        model_max_length=8192,
    )


def _write_texts() -> Iterator[str]:
    for number, prior in enumerate(_draw_priors()):
        yield from (PROMPT, answer(prior, str(number)), QUESTION, write_levels(prior))


def _draw_priors() -> Iterator[DiagnosticPrior]:
    """Draw priors of all kinds, as a reasoner of random weights would write them."""
    rng = np.random.default_rng(0)
    author = Provenance(source="synthesis", author="toy")
    for _ in range(_PRIORS):
        # From black to white, so that all words for light and colour occur.
        low, high = np.sort(rng.integers(0, 256, (2, 3)), axis=0)
        image = rng.integers(low, high + 1, (_SIDE, _SIDE, 3)).astype(np.uint8)
        yield make_prior(image, findings_from_vector(rng.random(VECTOR_LENGTH).tolist()), author)
