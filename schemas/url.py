"""A folder or file as users name it: a path or any fsspec URL."""

import re
from typing import Annotated
from urllib.parse import unquote

from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

REFUSED_URL = "url_that_tells_secrets"
NO_SECRETS = (
    "a URL must not hold keys, passwords or signatures, as it ends up in logs; put keys into "
    "RR_S3_ACCESS_KEY and RR_S3_SECRET_KEY, and write s3://BUCKET/FOLDER"
)

# An access point of S3 (arn:...) has colons in its name; a container of Azure stands before an @.
_LOGIN = re.compile(r"(?:^|::)s3a?:/*(?!/|arn:)[^/]*[:@]|://[^/]*:[^/]*@|https?://[^/]*@")

# What signs a URL, or lets its holder in: X-Amz-Signature, sig (Azure), AWSAccessKeyId, token ...
_SIGNED = re.compile(
    r"(?<!file)://.*[?&;#](?:[\w.-]*(?:signature|token|secret|passw|credential|accesskey|apikey)[\w.-]*"
    r"|(?:[\w.-]*[_.-])?key|sig|pwd|sas|auth|jwt)=",
    re.IGNORECASE | re.DOTALL,
)
_CONNECTION = re.compile(r"(?:AccountKey|SharedAccessSignature)=", re.IGNORECASE)


def holds_secret(url: str) -> bool:
    """Whether a URL contains a key, a password or a signature."""
    plain = unquote(url)
    return any(secret.search(plain) for secret in (_LOGIN, _SIGNED, _CONNECTION))


def _refuse_secret(url: str) -> str:
    if holds_secret(url):
        raise PydanticCustomError(REFUSED_URL, NO_SECRETS)
    return url


Url = Annotated[str, AfterValidator(_refuse_secret)]
