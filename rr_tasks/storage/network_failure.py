"""Explains the errors of the libraries that talk to S3 and to web servers."""

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
from rr_tasks.storage.failure import (
    AccessDeniedError,
    MissingBucketError,
    RefusedKeysError,
    StorageError,
    UnreachableStorageError,
    explain_disk_error,
)


def explain_network_error(url: str, error: Exception) -> StorageError | None:
    """Say what a service refused; None if `error` does not come from a storage library."""
    if not isinstance(error, _KNOWN):
        return None
    code = s3_code(error)
    if code in _REFUSALS:
        kind, reason = _REFUSALS[code]
        return kind(f"{url}: {reason}")
    cause = error.__cause__ if error.__cause__ and is_silence(error) else error
    if isinstance(cause, _NO_ANSWER) or code in _BUSY:
        return _unreachable(url, code or _describe_silence(cause))
    if isinstance(error, ProfileNotFound):
        return RefusedKeysError(
            f"{url}: no profile {error.kwargs['profile']!r} in ~/.aws/config or "
            "~/.aws/credentials; correct RR_S3_PROFILE (or AWS_PROFILE)"
        )
    if isinstance(error, _NO_CREDENTIALS):
        return RefusedKeysError(
            f"{url}: no usable credentials; set RR_S3_ACCESS_KEY and RR_S3_SECRET_KEY, or "
            "RR_S3_PROFILE to a profile that exists"
        )
    return explain_disk_error(url, error if isinstance(error, OSError) else OSError(str(error)))


def s3_code(error: BaseException) -> str:
    """Return the S3 service's code for an error, such as `NoSuchBucket`, or an empty text."""
    cause = error if isinstance(error, ClientError) else error.__cause__
    return str(cause.response["Error"].get("Code", "")) if isinstance(cause, ClientError) else ""


def is_silence(error: BaseException) -> bool:
    """Whether a web server gave no answer, which fsspec takes for a missing file."""
    return isinstance(error.__cause__, ClientConnectionError)


def raise_unless_absent(error: FileNotFoundError) -> None:
    """Raise `error` again unless it only means that an object is missing."""
    if s3_code(error) == "NoSuchBucket" or is_silence(error):
        raise error


def _unreachable(url: str, reason: str) -> UnreachableStorageError:
    s3 = url.startswith(("s3://", "s3a://"))
    who, setting = ("S3 service", "RR_S3_ENDPOINT_URL") if s3 else ("server", "the URL")
    return UnreachableStorageError(
        f"{url}: the {who} does not answer ({reason}); check "
        f"{setting}, the network and the {who.split()[-1]}, and run the same command again"
    )


def _describe_silence(error: BaseException) -> str:
    """Say who gave no answer, and how, without the long URL of the request."""
    known = error.kwargs if isinstance(error, BotoCoreError) else {}
    host = urlsplit(str(known.get("endpoint_url", ""))).netloc
    return f"{host}: {_describe_cause(error, known.get('error'))}".removeprefix(": ")


def _describe_cause(error: BaseException, reason: object) -> str:
    if isinstance(error, ConnectTimeoutError):
        return "no connection within RR_S3_CONNECT_TIMEOUT"
    if isinstance(error, ReadTimeoutError | TimeoutError):
        return "nothing came within RR_S3_READ_TIMEOUT"
    return str(getattr(reason or error, "strerror", None) or "it broke off the connection")


_KNOWN = (OSError, BotoCoreError, ClientError, ClientConnectionError, *CUT_OFF)
_NO_ANSWER = (
    BotocoreConnectionError,
    HTTPClientError,
    ClientConnectionError,
    ConnectionError,
    TimeoutError,
    *CUT_OFF,
)
_NO_CREDENTIALS = (NoCredentialsError, PartialCredentialsError, CredentialRetrievalError)
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
_EXPIRED = "the session token has expired; renew RR_S3_SESSION_TOKEN and its keys"
_REFUSALS: dict[str, tuple[type[StorageError], str]] = {
    "NoSuchBucket": (MissingBucketError, "no such bucket; create it or correct the URL"),
    "InvalidBucketName": (StorageError, "no bucket can have this name; correct the URL"),
    "SignatureDoesNotMatch": (RefusedKeysError, "wrong secret key; correct RR_S3_SECRET_KEY"),
    "InvalidAccessKeyId": (RefusedKeysError, "unknown access key; correct RR_S3_ACCESS_KEY"),
    "AccessDenied": (AccessDeniedError, _DENIED),
    "403": (AccessDeniedError, _DENIED),
    "ExpiredToken": (RefusedKeysError, _EXPIRED),
    "InvalidToken": (RefusedKeysError, _EXPIRED),
    "RequestTimeTooSkewed": (RefusedKeysError, "this machine's clock is wrong; set it right"),
    "PermanentRedirect": (StorageError, _REGION),
    "AuthorizationHeaderMalformed": (StorageError, _REGION),
    "301": (StorageError, _REGION),
}
