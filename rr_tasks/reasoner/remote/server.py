"""An OpenAI-compatible server: asked several questions at a time, and none of them twice."""

import asyncio
import json
import os
from collections.abc import Sequence
from functools import cached_property
from typing import Any

import openai
from openai.types.chat import ChatCompletion

from rr_tasks.photographs.pixels import Bytes
from rr_tasks.reasoner.protocol import Unparsed
from rr_tasks.reasoner.question import Question
from rr_tasks.reasoner.remote.background import Background
from rr_tasks.reasoner.remote.failure import (
    FAILURES,
    MalformedReplyError,
    describe_failure,
    explain_failure,
    is_refusal,
    may_be_refusal,
)
from rr_tasks.reasoner.remote.reply import Reply, ReplyStore
from rr_tasks.reasoner.remote.request import Request, render_chat
from rr_tasks.reasoner.remote.size import PLAIN, limit_size
from schemas.prior.written import closed_object
from schemas.remote import RemoteReasonerChoice

_NO_KEY = "none"
_PROBE = "Say hello."
_PROBED = closed_object({"honoured": {"const": "json_schema"}})


class Server:
    """Asks a served model; the official client repeats what fails, and waits as it is told.

    Args:
        choice: where the server is and how it is asked; its key is in the environment.
    """

    def __init__(self, choice: RemoteReasonerChoice) -> None:
        self._choice = choice
        self._store = ReplyStore(choice.cache)
        self._background = Background()
        self._places = asyncio.Semaphore(choice.concurrency)
        self._client = openai.AsyncOpenAI(
            base_url=choice.url,
            api_key=os.environ.get(choice.key_variable) or _NO_KEY,
            max_retries=choice.retries,
            timeout=choice.timeout_s,
            default_headers=PLAIN,
            http_client=openai.DefaultAsyncHttpxClient(event_hooks={"response": [limit_size]}),
        )

    @cached_property
    def constrained(self) -> bool:
        """Whether the server holds answers to a JSON Schema: asked once, and remembered.

        Raises:
            UnavailableServerError, RefusingServerError: it does not answer, or not to us.
            StorageError: its answer cannot be kept.
        """
        return self._background.run(self._find_out())

    def ask_all(self, images: Sequence[Bytes], question: Question) -> list[Reply | Unparsed]:
        """Ask one question about photographs of any sizes.

        Returns:
            A reply for each, in order; `Unparsed` for one that the server refuses or fails on.

        Raises:
            UnavailableServerError, RefusingServerError: it does not answer, or not to us.
            StorageError: replies cannot be kept.
        """
        requests = [Request(one, question, self._choice, self.constrained) for one in images]
        return self._background.run(self._ask_all(requests))

    async def _ask_all(self, requests: Sequence[Request]) -> list[Reply | Unparsed]:
        found = await asyncio.gather(*map(self._ask, requests), return_exceptions=True)
        replies = [one for one in found if not isinstance(one, BaseException)]
        for one in found:
            if isinstance(one, BaseException):
                raise one  # only now that the replies of all others are kept
        return replies

    async def _ask(self, request: Request) -> Reply | Unparsed:
        async with self._places:
            known = await asyncio.to_thread(self._store.find, request.content)
            if known is not None:
                return known
            try:
                reply = await self._send(await asyncio.to_thread(request.render))
            except FAILURES as error:
                if is_refusal(error) or (may_be_refusal(error) and await self._is_well()):
                    return Unparsed(f"the server fails on it: {describe_failure(error)}")
                raise explain_failure(error, self._choice) from error
            await asyncio.to_thread(self._store.keep, request.content, reply)
            return reply

    async def _send(self, arguments: dict[str, Any]) -> Reply:
        try:
            completion = await self._client.chat.completions.create(**arguments)
        except json.JSONDecodeError as error:
            raise MalformedReplyError("its reply is not JSON") from error
        if not isinstance(completion, ChatCompletion) or not completion.choices:
            raise MalformedReplyError("its reply is no chat completion")
        (choice, *_), usage = completion.choices, completion.usage
        return Reply(
            text=choice.message.content,
            finish_reason=choice.finish_reason,
            prompt_tokens=usage.prompt_tokens if usage else 0,
            completion_tokens=usage.completion_tokens if usage else 0,
        )

    async def _is_well(self) -> bool:
        """Whether the server answers a question that is about no photograph."""
        try:
            await self._send(render_chat(self._choice, _PROBE, None))
        except FAILURES:
            return False
        return True

    async def _find_out(self) -> bool:
        content = {"url": self._choice.url, "model": self._choice.model, "schema": _PROBED}
        reply = await asyncio.to_thread(self._store.find, content)
        if reply is None:
            reply = await self._probe()
            await asyncio.to_thread(self._store.keep, content, reply)
        try:
            return bool(json.loads(reply.text or "") == {"honoured": "json_schema"})
        except ValueError:
            return False

    async def _probe(self) -> Reply:
        """Ask for an answer that only a schema explains; some servers refuse the very question."""
        try:
            try:
                return await self._send(render_chat(self._choice, _PROBE, _PROBED))
            except openai.APIStatusError as error:
                if not is_refusal(error):
                    raise
                return await self._send(render_chat(self._choice, _PROBE, None))
        except FAILURES as error:
            raise explain_failure(error, self._choice) from error
