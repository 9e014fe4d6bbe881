"""A server that speaks the chat API of OpenAI, around any writer, with faults to order."""

import asyncio
import base64
import json
import random
import socket
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from rr_tasks.photographs.pixels import Bytes
from rr_tasks.shards.png import decode_png

Writer = Callable[[Bytes, str, Any], str]
"""Writes about a photograph what a prompt asks; the schema is None if nothing constrains it."""

Fault = Callable[[], Response]


def status(code: int, **headers: str) -> Fault:
    """Fail with a status."""
    error = {"error": {"message": f"fault {code}", "type": "fault"}}
    return lambda: JSONResponse(error, code, headers=_name(headers))


def body(content: bytes, **headers: str) -> Fault:
    """Succeed with something else than a chat completion."""
    return lambda: Response(content, media_type="application/json", headers=_name(headers))


def _name(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}


@dataclass
class Served:
    """A server under test.

    Attributes:
        write: what answers.
        honours: whether answers are held to a schema.
        faults: what the next requests get instead of answers.
        fails_on: the fault that a photograph always causes, or None.
        hangs_on: whether a photograph gets no answer for a while.
        key: what callers must send, or None.
        asked: the JSON of every request that reached a model.
        gathers: how many requests about photographs must have been under way at a time before
            any is answered; after a while they are answered all the same.
        most_at_once: the most requests that were under way at a time.
    """

    write: Writer
    url: str = ""
    model: str = "toy"
    honours: bool = True
    key: str | None = None
    gathers: int = 1
    faults: deque[Fault] = field(default_factory=deque)
    fails_on: Callable[[Bytes], Fault | None] = lambda _: None
    hangs_on: Callable[[Bytes], bool] = lambda _: False
    asked: list[dict[str, Any]] = field(default_factory=list)
    under_way: int = 0
    most_at_once: int = 0

    async def complete(self, request: Request) -> Response:
        """Answer `POST /v1/chat/completions`."""
        document = await request.json()
        if self.key and request.headers.get("authorization") != f"Bearer {self.key}":
            return status(401)()
        if document["model"] != self.model:
            return status(404)()
        self.asked.append(document)
        self.under_way += 1
        self.most_at_once = max(self.most_at_once, self.under_way)
        try:
            return await self._answer(document)
        finally:
            self.under_way -= 1

    async def _answer(self, document: dict[str, Any]) -> Response:
        content = document["messages"][0]["content"]
        if isinstance(content, str):
            return self._reply(self._say(content, document))
        image = decode_png(base64.b64decode(content[0]["image_url"]["url"].partition(",")[2]))
        for _ in range(500):
            if self.most_at_once >= self.gathers:
                break
            await asyncio.sleep(0.01)
        if self.faults:
            return self.faults.popleft()()
        if self.hangs_on(image):
            await asyncio.sleep(5)
        fault = self.fails_on(image)
        if fault is not None:
            return fault()
        schema = self._schema(document) if self.honours else None
        return self._reply(await asyncio.to_thread(self.write, image, content[1]["text"], schema))

    def _say(self, content: str, document: dict[str, Any]) -> str:
        schema = self._schema(document) if self.honours else None
        return "Hello!" if schema is None else json.dumps(follow(schema, random.Random(content)))

    def _schema(self, document: dict[str, Any]) -> Any:
        named = document.get("response_format", {}).get("json_schema")
        return named and named["schema"]

    def _reply(self, text: str) -> Response:
        message = {"role": "assistant", "content": text}
        usage = {"prompt_tokens": 100, "completion_tokens": len(text), "total_tokens": 0}
        choice = {"index": 0, "message": message, "finish_reason": "stop"}
        reply = {
            "id": "1",
            "object": "chat.completion",
            "created": 0,
            "model": self.model,
            "choices": [choice],
            "usage": usage,
        }
        return JSONResponse(reply)

    @property
    def about_photographs(self) -> list[dict[str, Any]]:
        """The requests that showed a photograph."""
        return [one for one in self.asked if isinstance(one["messages"][0]["content"], list)]


def follow(schema: Any, chance: random.Random) -> Any:
    """Draw a document that fits a schema of ours; words say nothing."""
    options = schema.get("anyOf") or [schema]
    match chance.choice(options):
        case {"const": value}:
            drawn = value
        case {"enum": words}:
            drawn = chance.choice(words)
        case {"properties": properties}:
            drawn = {name: follow(one, chance) for name, one in properties.items()}
        case {"items": item, "maxItems": most}:
            length = chance.randint(schema.get("minItems", 0), most)
            drawn = [follow(item, chance) for _ in range(length)]
        case {"maxLength": most}:
            drawn = "words"[:most]
        case {"type": "integer", "minimum": low, "maximum": high}:
            drawn = chance.randint(low, high)
        case {"minimum": low, "maximum": high}:
            drawn = round(chance.uniform(low, high), 2)
    return drawn


def write_anything(image: Bytes, prompt: str, schema: Any) -> str:
    """Write an answer that the photograph chooses; without a schema, the one in the prompt."""
    wanted = schema or json.loads(prompt[prompt.index("{") :])
    return json.dumps(follow(wanted, random.Random(image.tobytes())))


@contextmanager
def serving(write: Writer = write_anything) -> Iterator[Served]:
    """Serve on a free port until the end of the block."""
    served = Served(write)
    routes = [Route("/v1/chat/completions", served.complete, methods=["POST"])]
    listening = socket.create_server(("127.0.0.1", 0))
    served.url = f"http://127.0.0.1:{listening.getsockname()[1]}/v1"
    server = uvicorn.Server(
        uvicorn.Config(Starlette(routes=routes), log_level="error", lifespan="off")
    )
    thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield served
    finally:
        server.should_exit = True
        server.force_exit = True
        thread.join(10)
