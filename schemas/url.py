"""A folder or file as users name it: a path, or the URL of any storage."""

import re
from typing import Annotated

from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

REFUSED_URL = "url_that_tells_secrets"
NO_SECRETS = (
    "a URL must not hold keys or passwords, as it ends up in logs; put them into "
    "RR_S3_ACCESS_KEY and RR_S3_SECRET_KEY, and write s3://BUCKET/FOLDER"
)

# An access point of S3 (arn:...) has colons in its name; a container of Azure stands before an @.
_SECRET = re.compile(r"(?:^|::)s3a?:/*(?!/|arn:)[^/]*[:@]|://[^/]*:[^/]*@")


def holds_secret(url: str) -> bool:
    """Whether a URL says who asks, with a key or a password."""
    return _SECRET.search(url) is not None


def _without_secret(url: str) -> str:
    if holds_secret(url):
        raise PydanticCustomError(REFUSED_URL, NO_SECRETS)
    return url


Url = Annotated[str, AfterValidator(_without_secret)]
