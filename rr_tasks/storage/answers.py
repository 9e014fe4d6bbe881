"""Reads again what the network cut off in the middle of an answer.

A request that gets no answer, or a refusal that may pass, is sent again by botocore. An answer that
has begun is out of its hands.
"""

from collections.abc import Callable
from typing import TypeVar

from aiobotocore.response import AioReadTimeoutError
from aiohttp import ClientPayloadError
from botocore.exceptions import IncompleteReadError, ResponseStreamingError
from tenacity import RetryCallState, Retrying, retry_if_exception_type, wait_random_exponential

from schemas.settings import s3_settings

CUT_OFF = (ClientPayloadError, AioReadTimeoutError, IncompleteReadError, ResponseStreamingError)
"""What a broken answer raises, but no request that was never answered."""

ReadT = TypeVar("ReadT")


def read_whole(read: Callable[[], ReadT]) -> ReadT:
    """Call `read` until it gets a whole answer, as often as the S3 settings allow.

    Raises:
        CUT_OFF: the last answer broke off like those before.
    """
    return _again(read)


def _often_enough(state: RetryCallState) -> bool:
    return state.attempt_number >= s3_settings().attempts


_again = Retrying(
    retry=retry_if_exception_type(CUT_OFF),
    stop=_often_enough,
    wait=wait_random_exponential(max=20),
    reraise=True,
)
