"""A vision-language model of the Qwen family on this machine, asked one question at a time."""

from collections.abc import Sequence
from functools import partial
from importlib.metadata import version
from threading import Lock
from typing import Self

import numpy as np
import numpy.typing as npt
from transformers import BatchFeature

from rr_tasks.photographs.pixels import Bytes
from rr_tasks.reasoner.protocol import Unparsed
from rr_tasks.reasoner.question import RATING, Question
from rr_tasks.reasoner.qwen.backbone import Loaded, load
from rr_tasks.reasoner.qwen.conversation import render_question, show
from rr_tasks.reasoner.qwen.decoding import GREEDY, Grammars, write, write_with_logits
from rr_tasks.reasoner.qwen.levels import expect
from rr_tasks.reasoner.qwen.memory import Portions
from schemas.reasoner import QwenReasonerChoice, ReasonerIdentity

ALGORITHM = 1
"""Counts changes of the code that alter the answers of the same model."""

MOST_TOKENS = 1024
"""Where an answer is cut off; a long one has about 700 tokens."""

_LIBRARIES = ("transformers", "xgrammar")


class QwenModel:
    """Writes within the grammar of a question; see `VisionLanguageModel` in the protocol.

    One thread at a time uses the model. A batch that memory does not hold is halved.

    Args:
        loaded: the model, in evaluation mode.
        batch_size: how many photographs to show it at once.
    """

    def __init__(self, loaded: Loaded, batch_size: int) -> None:
        self.batch_size = batch_size
        self._loaded, self._backbone = loaded, loaded.backbone
        self._grammars = Grammars(self._backbone)
        self._portions, self._lock = Portions(batch_size), Lock()

    @classmethod
    def load(cls, choice: QwenReasonerChoice) -> Self:
        """Load the chosen model.

        Raises:
            UnusableWeightsError: see `rr_tasks.reasoner.qwen.backbone.load`.
        """
        return cls(load(choice), choice.batch_size)

    def identify(self, *questions: Question) -> ReasonerIdentity:
        """Return everything that determines its answers to some questions."""
        size = self._backbone.processor.image_processor.size
        return ReasonerIdentity(
            kind="qwen",
            algorithm=ALGORITHM,
            weights_sha256=self._loaded.sha256,
            model=self._loaded.name,
            revision=self._loaded.revision,
            prompt_version=", ".join(question.version for question in questions),
            decoding={
                "dtype": str(self._backbone.model.dtype).removeprefix("torch."),
                "max_new_tokens": MOST_TOKENS,
                "pixels": [size["shortest_edge"], size["longest_edge"]],
                **{setting: value for setting, value in GREEDY.items() if value is not None},
            },
            libraries={library: version(library) for library in _LIBRARIES},
        )

    def write_all(self, images: Sequence[Bytes], question: Question) -> list[str | Unparsed]:
        """Ask one question about photographs of any sizes, and return what it writes, in order."""
        with self._lock:
            return self._portions.ask(partial(self._write, question), images)

    def rate_all(self, images: Sequence[Bytes]) -> npt.NDArray[np.float64]:
        """Rate photographs of any sizes by the probabilities of digits.

        Returns:
            Severities (B, types), 0-100; see `rr_tasks.reasoner.qwen.levels.expect`.
        """
        with self._lock:
            return np.array(self._portions.ask(self._rate, images))

    def _write(self, question: Question, images: Sequence[Bytes]) -> list[str | Unparsed]:
        grammar = self._grammars.compile(question)
        tokens = write(self._backbone, self._show(question, images), grammar, MOST_TOKENS)
        return list(
            self._backbone.processor.batch_decode(
                tokens, skip_special_tokens=True, clean_up_tokenization_spaces=False
            )
        )

    def _rate(self, images: Sequence[Bytes]) -> list[npt.NDArray[np.float64]]:
        grammar = self._grammars.compile(RATING)
        shown = self._show(RATING, images)
        tokens, logits = write_with_logits(self._backbone, shown, grammar, MOST_TOKENS)
        return list(expect(tokens, logits, self._backbone.processor.tokenizer))

    def _show(self, question: Question, images: Sequence[Bytes]) -> BatchFeature:
        chat = render_question(self._backbone.processor, question.prompt)
        return show(self._backbone.processor, [chat] * len(images), images)
