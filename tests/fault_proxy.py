"""A bad network before the S3 server of the tests: it answers some requests wrongly, or not at all.

Signatures hold because requests are passed on as they are, `Host` included.
"""

import asyncio
import random
import threading
from collections import Counter
from collections.abc import Callable, Coroutine, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import pytest
from tenacity import wait_none

from rr_tasks.storage import answers
from tests.s3 import S3

_SLOW = 0.05
_UNAVAILABLE = {
    "slow down": (503, "SlowDown", "Please reduce your request rate."),
    "internal error": (500, "InternalError", "We encountered an internal error."),
}
FAULTS = (
    *_UNAVAILABLE,
    "reset before",  # nothing was carried out
    "reset after",  # it was carried out, but nobody learns of it
    "silence",  # likewise, and the connection stays open
    "slow",
    "cut off",  # in the middle of the body, or of the headers where there is none
)


@dataclass(frozen=True)
class Message:
    """A request or an answer, as it came."""

    head: bytes
    body: bytes

    @property
    def words(self) -> list[bytes]:
        """The first line."""
        return self.head.split(b"\r\n", 1)[0].split(b" ", 2)

    def header(self, name: bytes) -> bytes:
        """The value of a header, empty if it is not there."""
        for line in self.head.split(b"\r\n")[1:]:
            key, _, value = line.partition(b":")
            if key.strip().lower() == name:
                return value.strip().lower()
        return b""


@dataclass
class FaultProxy:
    """Listens on 127.0.0.1 and passes requests on to `server`; see `between`."""

    server: str
    share: float = 0.0
    kinds: tuple[str, ...] = FAULTS
    next_faults: list[str] = field(default_factory=list)
    injected: Counter[str] = field(default_factory=Counter)
    requests: int = 0
    endpoint: str = ""
    _random: random.Random = field(default_factory=random.Random)

    def disturb(self, share: float, *kinds: str, seed: int = 5) -> None:
        """From now on answer this share of requests wrongly, drawn from the seed."""
        self.share, self.kinds, self._random = share, kinds or FAULTS, random.Random(seed)
        self.next_faults, self.injected, self.requests = [], Counter(), 0

    def disturb_next(self, *kinds: str) -> None:
        """Answer the next requests wrongly in these ways, one each, and those after them well."""
        self.disturb(0.0)
        self.next_faults = list(kinds)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer the requests of one connection."""
        port = urlsplit(self.server).port
        onward = await asyncio.open_connection("127.0.0.1", port)
        with suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            while await self._exchange(reader, writer, *onward):
                pass
        for one in (writer, onward[1]):
            one.close()

    async def _exchange(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        server: asyncio.StreamReader,
        to_server: asyncio.StreamWriter,
    ) -> bool:
        """Pass one request on and its answer back, or do a wrong instead; whether to go on."""
        request = await _received(reader, writer)
        fault = self._draw()
        if fault in _UNAVAILABLE:
            head, body = _refusal(*_UNAVAILABLE[fault])
            writer.write(head if request.words[0] == b"HEAD" else head + body)
        elif fault == "reset before":
            writer.transport.abort()
            return False
        else:
            to_server.write(request.head + request.body)
            answer = await _received(server, without_body=request.words[0] == b"HEAD")
            return await self._answer(fault, answer, reader, writer)
        await writer.drain()
        return True

    async def _answer(
        self,
        fault: str,
        answer: Message,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> bool:
        if fault == "reset after":
            writer.transport.abort()
            return False
        if fault == "silence":
            await reader.read()  # until the client gives up
            return False
        if fault == "cut off":
            cut = len(answer.body) // 2
            writer.write(answer.head + answer.body[:cut] if cut else answer.head[:40])
            return False
        if fault == "slow":
            await asyncio.sleep(_SLOW)
        writer.write(answer.head + answer.body)
        await writer.drain()
        return True

    def _draw(self) -> str:
        self.requests += 1
        fault = ""
        if self.next_faults:
            fault = self.next_faults.pop(0)
        elif self._random.random() < self.share:
            fault = self._random.choice(self.kinds)
        if fault:
            self.injected[fault] += 1
        return fault


@pytest.fixture(scope="session")
def _proxy(s3_server: str) -> Iterator[FaultProxy]:
    proxy = FaultProxy(s3_server)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    def run(job: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(job, loop).result()

    server = run(asyncio.start_server(proxy.serve, "127.0.0.1", 0, limit=1 << 26))
    proxy.endpoint = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    yield proxy
    server.close()
    run(_cancel_connections())
    loop.call_soon_threadsafe(loop.stop)
    thread.join()


@pytest.fixture
def network(_proxy: FaultProxy, s3: S3, monkeypatch: pytest.MonkeyPatch) -> FaultProxy:
    """The network to the S3 server, good until it is disturbed; nobody waits long for it."""
    _proxy.disturb(0.0)
    monkeypatch.setenv("RR_S3_ENDPOINT_URL", _proxy.endpoint)
    monkeypatch.setenv("RR_S3_READ_TIMEOUT", "0.3")
    shorten_waits(monkeypatch)
    return _proxy


def shorten_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait a hundredth of what is waited between attempts."""
    from botocore.retries.standard import ExponentialBackoff

    whole: Callable[..., float] = ExponentialBackoff.delay_amount
    monkeypatch.setattr(ExponentialBackoff, "delay_amount", lambda *args: whole(*args) / 100)
    monkeypatch.setattr(answers._retry, "wait", wait_none())


async def _cancel_connections() -> None:
    connections = asyncio.all_tasks() - {asyncio.current_task()}
    for connection in connections:
        connection.cancel()
    await asyncio.gather(*connections, return_exceptions=True)


async def _received(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter | None = None,
    *,
    without_body: bool = False,
) -> Message:
    """Read a whole message; `writer` tells a client that waits for it to send the body."""
    message = Message(await reader.readuntil(b"\r\n\r\n"), b"")
    if writer and message.header(b"expect") == b"100-continue":
        writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        lines = message.head.split(b"\r\n")
        kept = [line for line in lines if not line.lower().startswith(b"expect:")]
        message = Message(b"\r\n".join(kept), b"")
    if message.words[1] == b"100":
        return await _received(reader, without_body=without_body)
    if without_body or message.words[1] in (b"204", b"304"):
        return message
    if message.header(b"transfer-encoding") == b"chunked":
        return Message(message.head, await _chunks(reader))
    length = int(message.header(b"content-length") or 0)
    return Message(message.head, await reader.readexactly(length))


async def _chunks(reader: asyncio.StreamReader) -> bytes:
    """A body in chunks, still in chunks."""
    found = b""
    while True:
        size = await reader.readuntil(b"\r\n")
        content = await reader.readexactly(int(size.split(b";")[0], 16) + 2)
        found += size + content
        if len(content) == 2:
            return found


def _refusal(status: int, code: str, message: str) -> tuple[bytes, bytes]:
    body = f"<Error><Code>{code}</Code><Message>{message}</Message></Error>".encode()
    head = f"HTTP/1.1 {status} No\r\nContent-Type: application/xml\r\nContent-Length: {len(body)}"
    return head.encode() + b"\r\n\r\n", body
