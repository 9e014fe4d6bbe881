"""Says what storage refused, where, and what to do about it; never with a key or a secret."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from aiohttp import ClientConnectionError
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    CredentialRetrievalError,
    HTTPClientError,
    NoCredentialsError,
    PartialCredentialsError,
    ProfileNotFound,
    ReadTimeoutError,
)
from botocore.exceptions import (
    ConnectionError as BotocoreConnectionError,
)

from rr_tasks.storage.answers import CUT_OFF
from schemas.errors import ExpectedError


class StorageError(ExpectedError, OSError):
    """Storage refused; `errno` is kept where a disk gave one."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self._message = message

    def __str__(self) -> str:
        return self._message  # whatever libraries on the way up have added to `args`


class AccessDeniedError(StorageError, PermissionError):
    """These credentials, or this user, may not do that."""


class UnreachableStorageError(StorageError, ConnectionError):
    """The S3 service does not answer, or is too busy; it may be otherwise later."""


class MissingBucketError(StorageError, FileNotFoundError):
    """The bucket of a URL does not exist."""


class MissingFileError(StorageError, FileNotFoundError):
    """There is nothing of that name."""


@contextmanager
def explain_errors(url: str) -> Iterator[None]:
    """Turn what storage libraries raise inside into a `StorageError` that names the URL.

    Raises:
        AccessDeniedError: wrong credentials, or a permission is missing.
        UnreachableStorageError: no answer, or not the last of several failures.
        MissingBucketError: see there.
        MissingFileError: see there.
        StorageError: everything else, such as a full disk.
    """
    try:
        yield
    except ExpectedError:
        raise
    except (OSError, BotoCoreError, ClientError, ClientConnectionError, *CUT_OFF) as error:
        raise _explain(url, error) from error


def s3_code(error: BaseException) -> str:
    """The S3 service's own word for a failure, such as `NoSuchBucket`; empty if it said nothing."""
    cause = error if isinstance(error, ClientError) else error.__cause__
    return str(cause.response["Error"].get("Code", "")) if isinstance(cause, ClientError) else ""


def is_silence(error: BaseException) -> bool:
    """Whether a web server gave no answer, which fsspec takes for a file that is not there."""
    return isinstance(error.__cause__, ClientConnectionError)


def _explain(url: str, error: Exception) -> StorageError:
    code = s3_code(error)
    if code in _REFUSALS:
        kind, reason = _REFUSALS[code]
        return kind(f"{url}: {reason}")
    cause = error.__cause__ if error.__cause__ and is_silence(error) else error
    if isinstance(cause, _NO_ANSWER) or code in _BUSY:
        s3 = url.startswith(("s3://", "s3a://"))
        who, setting = ("S3 service", "RR_S3_ENDPOINT_URL") if s3 else ("server", "the URL")
        return UnreachableStorageError(
            f"{url}: the {who} does not answer ({code or _silence(cause)}); check "
            f"{setting}, the network and the {who.split()[-1]}, and run the same command again"
        )
    if isinstance(error, ProfileNotFound):
        return AccessDeniedError(
            f"{url}: no profile {error.kwargs['profile']!r} in ~/.aws/config or "
            "~/.aws/credentials; correct RR_S3_PROFILE (or AWS_PROFILE)"
        )
    if isinstance(error, _NO_CREDENTIALS):
        return AccessDeniedError(
            f"{url}: no usable credentials; set RR_S3_ACCESS_KEY and RR_S3_SECRET_KEY, or "
            "RR_S3_PROFILE to a profile that exists"
        )
    if isinstance(error, FileNotFoundError):
        return MissingFileError(f"{url}: no such file")
    return _refused_by_disk(url, error)


def _silence(error: BaseException) -> str:
    """Who gave no answer, and how; without the long URL of the request itself."""
    known = error.kwargs if isinstance(error, BotoCoreError) else {}
    host = urlsplit(str(known.get("endpoint_url", ""))).netloc
    return f"{host}: {_how(error, known.get('error'))}".removeprefix(": ")


def _how(error: BaseException, reason: object) -> str:
    if isinstance(error, ConnectTimeoutError):
        return "no connection within RR_S3_CONNECT_TIMEOUT"
    if isinstance(error, ReadTimeoutError | TimeoutError):
        return "nothing came within RR_S3_READ_TIMEOUT"
    return str(getattr(reason or error, "strerror", None) or "it broke off the connection")


def _refused_by_disk(url: str, error: Exception) -> StorageError:
    number: int | None = getattr(error, "errno", None)
    said = getattr(error, "strerror", None) or " ".join(map(str, error.args))
    advice = _ADVICE.get(number or 0)
    kind = AccessDeniedError if isinstance(error, PermissionError) else StorageError
    explained = kind(
        f"{url}: {(said or type(error).__name__).splitlines()[0]}"
        + (f"; {advice}" if advice else "")
    )
    explained.errno = number
    return explained


_NO_ANSWER = (
    BotocoreConnectionError,
    HTTPClientError,
    ClientConnectionError,
    ConnectionError,
    TimeoutError,
    *CUT_OFF,
)
_NO_CREDENTIALS = (
    NoCredentialsError,
    PartialCredentialsError,
    CredentialRetrievalError,
)
_BUSY = (
    "SlowDown",
    "ServiceUnavailable",
    "InternalError",
    "RequestTimeout",
    "500",
    "503",
    "ConditionalRequestConflict",
)

_DENIED = "permission denied; check RR_S3_ACCESS_KEY, RR_S3_SECRET_KEY and what they may do here"
_REGION = "the bucket is in another region; set RR_S3_REGION"
_EXPIRED = "the session token is not valid any more; renew RR_S3_SESSION_TOKEN and its keys"
_REFUSALS: dict[str, tuple[type[StorageError], str]] = {
    "NoSuchBucket": (MissingBucketError, "no such bucket; create it or correct the URL"),
    "InvalidBucketName": (StorageError, "no bucket can have this name; correct the URL"),
    "SignatureDoesNotMatch": (AccessDeniedError, "wrong secret key; correct RR_S3_SECRET_KEY"),
    "InvalidAccessKeyId": (AccessDeniedError, "unknown access key; correct RR_S3_ACCESS_KEY"),
    "AccessDenied": (AccessDeniedError, _DENIED),
    "403": (AccessDeniedError, _DENIED),
    "ExpiredToken": (AccessDeniedError, _EXPIRED),
    "InvalidToken": (AccessDeniedError, _EXPIRED),
    "RequestTimeTooSkewed": (AccessDeniedError, "this machine's clock is wrong; set it right"),
    "PermanentRedirect": (StorageError, _REGION),
    "AuthorizationHeaderMalformed": (StorageError, _REGION),
    "301": (StorageError, _REGION),
}

_FREE = "free some space and run the same command again to go on"
_ADVICE = {
    errno.ENOSPC: _FREE,
    errno.EDQUOT: _FREE,
    errno.EROFS: "choose a folder that can be written",
    errno.EACCES: "check who may read and write there",
    errno.EPERM: "check who may read and write there",
}
