"""A model behind a server, as a vision-language model like any other."""

from collections.abc import Sequence

from rr_tasks.photographs.pixels import Bytes
from rr_tasks.reasoner.protocol import Unparsed
from rr_tasks.reasoner.question import Question
from rr_tasks.reasoner.remote.server import Server
from rr_tasks.reasoner.usage import record_usage
from schemas.reasoner import ReasonerIdentity
from schemas.remote import RemoteReasonerChoice
from schemas.usage import Usage

ALGORITHM = 1
"""Counts changes of the code that alter what a served model answers, or how it is read."""


class RemoteModel:
    """Asks a served model; see `rr_tasks.reasoner.protocol.VisionLanguageModel`.

    What an answer costs is recorded beside it (`rr_tasks.reasoner.usage`).

    Args:
        choice: the server, the model and how it is asked.
    """

    def __init__(self, choice: RemoteReasonerChoice) -> None:
        self._choice = choice
        self._server = Server(choice)
        self.batch_size = choice.concurrency

    def identify(self, *questions: Question) -> ReasonerIdentity:
        """Return everything that determines its answers to some questions.

        Raises:
            UnavailableServerError, RefusingServerError: the server does not answer, or not to us.
        """
        return ReasonerIdentity(
            kind="remote",
            algorithm=ALGORITHM,
            model=self._choice.model,
            revision=self._choice.revision,
            prompt_version=", ".join(question.version for question in questions),
            decoding=self._choice.decoding(constrained=self._server.constrained),
        )

    def write_all(self, images: Sequence[Bytes], question: Question) -> list[str | Unparsed]:
        """Ask one question about photographs of any sizes.

        Raises:
            UnavailableServerError, RefusingServerError: the server does not answer, or not to us.
            StorageError: replies cannot be kept.
        """
        texts: list[str | Unparsed] = []
        for image, reply in zip(images, self._server.ask_all(images, question), strict=True):
            if isinstance(reply, Unparsed):
                texts.append(reply)
                continue
            record_usage(image, self._charge(reply.prompt_tokens, reply.completion_tokens))
            silent = Unparsed(f"the model gave no answer ({reply.finish_reason})")
            texts.append(silent if reply.text is None else reply.text)
        return texts

    def _charge(self, prompt_tokens: int, completion_tokens: int) -> Usage:
        prices = self._choice.prices
        return Usage(
            prompt_tokens=prompt_tokens,
            completion_tokens=completion_tokens,
            cost=None if prices is None else prices.charge(prompt_tokens, completion_tokens),
        )
