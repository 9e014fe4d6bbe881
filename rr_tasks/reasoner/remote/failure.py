"""Tells what a failed request is about: one photograph, the settings, or the server."""

import openai

from schemas.errors import ExpectedError
from schemas.remote import RemoteReasonerChoice

_ABOUT_THE_REQUEST = (400, 413, 415, 422)
_MOST_WORDS = 200


class UnavailableServerError(ExpectedError, ConnectionError):
    """A server does not answer, however often it is asked."""


class RefusingServerError(ExpectedError, ValueError):
    """A server refuses the key, or does not have the model."""


class MalformedReplyError(ValueError):
    """What a server sends is no chat completion, or too large for one."""


FAILURES = (openai.OpenAIError, MalformedReplyError)
"""What a request raises when all attempts have failed."""


def is_refusal(error: Exception) -> bool:
    """Whether the server answers, but does not take this request."""
    return isinstance(error, openai.APIStatusError) and error.status_code in _ABOUT_THE_REQUEST


def may_be_refusal(error: Exception) -> bool:
    """Whether the request may be what the server fails on."""
    return isinstance(
        error, openai.InternalServerError | openai.APIConnectionError | MalformedReplyError
    )


def describe_failure(error: Exception) -> str:
    """Describe a failure in one short line."""
    match error:
        case openai.APITimeoutError():
            return "it does not answer in time"
        case openai.APIStatusError():
            said = error.message.partition("\n")[0][:_MOST_WORDS]
            return f"status {error.status_code}, {said}"
        case openai.APIConnectionError(__cause__=MalformedReplyError() as cause):
            return str(cause)
        case openai.APIConnectionError():
            return "it cannot be reached"
        case _:
            return str(error)


def explain_failure(error: Exception, choice: RemoteReasonerChoice) -> ExpectedError:
    """Return the error that tells users what to do."""
    place = f"{choice.model} at {choice.url}"
    if isinstance(error, openai.AuthenticationError | openai.PermissionDeniedError):
        return RefusingServerError(
            f"{place}: the server refuses the key; put the right one into the environment variable "
            f"{choice.key_variable}"
        )
    if isinstance(error, openai.NotFoundError):
        return RefusingServerError(
            f"{place}: the server has no such model, or this is not the URL of its API, which "
            "usually ends in /v1"
        )
    if is_refusal(error):
        return RefusingServerError(
            f"{place}: the server does not take requests with these settings "
            f"({describe_failure(error)})"
        )
    busy = isinstance(error, openai.RateLimitError)
    reason = "it has too many requests" if busy else describe_failure(error)
    return UnavailableServerError(
        f"{place}: {reason}; when the server is well, run the same command again: what it has "
        "answered so far is kept"
    )
