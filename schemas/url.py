"""A folder or file as users name it: a path or any fsspec URL, without secrets."""

import re
from typing import Annotated
from urllib.parse import unquote

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

REFUSED_URL = "url_that_tells_secrets"
NO_SECRETS = (
    "a URL must not hold keys, passwords or signatures, as it ends up in logs; put keys into "
    "RR_S3_ACCESS_KEY and RR_S3_SECRET_KEY, and write s3://BUCKET/FOLDER"
)

_MASK = "***"

# What lets its holder in: X-Amz-Signature, sig (Azure), AWSAccessKeyId, token ...
_NAME = (
    r"(?:[\w.%-]*(?:signature|token|secret|passw|passphrase|credential|accesskey|apikey"
    r"|bearer|authoriz|session_?id)[\w.%-]*"
    r"|(?:[\w.%-]*(?:[_.-]|%2d))?key|sig|pwd|pass|sas|auth|jwt)"
)
_LOGINS = (
    # An access point of S3 (arn:...) has colons in its name. What follows a blank is no secret.
    r"(?:(?<=::)|(?<![\w:]))s3a?:/*(?!/|arn:)(?:[^/\s'\":@]*:(?=[^\s'\"/])[^\s'\"@]*@?|[^/\s'\":@]+@)",
    # A container of Azure stands before an @. A password may hold slashes, and a port is none.
    r"\b(?!file:)[a-z][a-z0-9+.-]+:/{1,2}(?!/|arn:|\[)[^\s/:@'\"]*:"
    r"(?!\d{1,5}(?:[/?#\s'\"),;]|$))[^\s@'\"]*@",
    r"\bhttps?:/{1,2}[^\s/@'\"]+@",
)
# Without a scheme it is as good as a path, and only what comes to be shown is masked.
_BARE_LOGIN = re.compile(r"(?<![\w:/.@-])[\w.%+-]+:[^\s/:@'\"]+@(?=[\w-]+\.[\w-]|localhost)")
_LOGIN = re.compile("|".join(_LOGINS), re.IGNORECASE)
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:/*", re.IGNORECASE)
_SIGNED = re.compile(
    rf"((?:[?&;#]|%3f|%26|%3b){_NAME}(?:=|%3d)|(?:AccountKey|SharedAccess\w+)=)[^\s&;#'\"]+",
    re.IGNORECASE,
)
_IN_URL = re.compile(rf"(?<!file):/.*[?&;#]{_NAME}=", re.IGNORECASE | re.DOTALL)
_ANYWHERE = re.compile(
    r"(?:AccountKey|SharedAccess\w+|X-(?:Amz|Goog)-(?:Signature|Security-Token))="
    r"|\?[^/]*&sig=|\?sig=[^/]*&",
    re.IGNORECASE,
)
_BLANKS = re.compile(r"[\s'\"]")


def holds_secret(url: str) -> bool:
    """Whether a URL contains a key, a password or a signature, however it is encoded."""
    plain = _BLANKS.sub("", _decode(url))
    return any(secret.search(plain) for secret in (_LOGIN, _IN_URL, _ANYWHERE))


def mask_secrets(text: str) -> str:
    """Write `***` for the secrets of all URLs in a text, such as an error of a library."""
    masked = _LOGIN.sub(lambda found: f"{_begin(found[0])}{_MASK}@", text)
    masked = _BARE_LOGIN.sub(f"{_MASK}@", masked)
    masked = _SIGNED.sub(rf"\1{_MASK}", masked)
    # An encoded URL is given up as a whole.
    return re.sub(r"\S*%\S*", lambda one: _MASK if holds_secret(one[0]) else one[0], masked)


def _begin(login: str) -> str:
    found = _SCHEME.match(login)
    return found[0] if found else ""


def _decode(url: str) -> str:
    for _ in range(3):  # some services encode what is encoded already
        url = unquote(url)
    return url


def _refuse_secret(url: str) -> str:
    if holds_secret(url):
        raise PydanticCustomError(REFUSED_URL, NO_SECRETS)
    return url


def _any_case(words: str) -> str:
    return "".join(f"[{char.upper()}{char}]" if char.isalpha() else char for char in words)


_TELLING = "|".join(map(_any_case, ("signature", "secret", "token", "accesskeyid")))
_PATTERN = (
    r"^(?!.*://[^/]*:[^/]*@)(?!https?://[^/]*@)(?!s3a?://[^/]*@)"
    rf"(?!(?!file:).*://.*[?&](.*({_TELLING})|{_any_case('sig')})=)"
    rf"(?!.*{_any_case('accountkey')}=)"
)
"""For servers that check parameters before they keep them; the model itself refuses more."""

Url = Annotated[str, AfterValidator(_refuse_secret), Field(json_schema_extra={"pattern": _PATTERN})]
