"""Repeats reads that the network cut off halfway.

Botocore repeats requests that got no answer or a temporary refusal. It cannot help once an answer
has begun.
"""

from collections.abc import Callable
from typing import TypeVar

from aiobotocore.response import AioReadTimeoutError
from aiohttp import ClientPayloadError
from botocore.exceptions import IncompleteReadError, ResponseStreamingError
from tenacity import RetryCallState, Retrying, retry_if_exception_type, wait_random_exponential

from schemas.settings import s3_settings

CUT_OFF = (ClientPayloadError, AioReadTimeoutError, IncompleteReadError, ResponseStreamingError)
"""What a broken answer raises, as opposed to a request that was never answered."""

ReadT = TypeVar("ReadT")


def read_whole(read: Callable[[], ReadT]) -> ReadT:
    """Call `read` until it gets a complete answer, as many times as the S3 settings allow.

    Raises:
        CUT_OFF: every answer broke off.
    """
    return _retry(read)


def _is_exhausted(state: RetryCallState) -> bool:
    return state.attempt_number >= s3_settings().attempts


_retry = Retrying(
    retry=retry_if_exception_type(CUT_OFF),
    stop=_is_exhausted,
    wait=wait_random_exponential(max=20),
    reraise=True,
)
