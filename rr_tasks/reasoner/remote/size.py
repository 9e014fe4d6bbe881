"""Keeps a server from sending without end."""

from collections.abc import AsyncIterator
from typing import cast

import httpx

from rr_tasks.reasoner.remote.failure import MalformedReplyError

LARGEST = 1 << 20
"""Bytes of a reply; an answer takes a few thousand."""

PLAIN = {"Accept-Encoding": "identity"}
"""Asks for replies that are as large as they seem."""


async def limit_size(response: httpx.Response) -> None:
    """Let reading a reply fail where it becomes too large; a hook of the client.

    Raises:
        MalformedReplyError: it is compressed, so that nobody knows how large it is.
    """
    if response.headers.get("content-encoding", "identity") != "identity":
        raise MalformedReplyError("its reply is compressed, which nobody asked for")
    response.stream = _Limited(cast(httpx.AsyncByteStream, response.stream))


class _Limited(httpx.AsyncByteStream):
    def __init__(self, stream: httpx.AsyncByteStream) -> None:
        self._stream = stream

    async def __aiter__(self) -> AsyncIterator[bytes]:
        size = 0
        async for piece in self._stream:
            size += len(piece)
            if size > LARGEST:
                raise MalformedReplyError(f"its reply has more than {LARGEST:,} bytes")
            yield piece

    async def aclose(self) -> None:
        await self._stream.aclose()
