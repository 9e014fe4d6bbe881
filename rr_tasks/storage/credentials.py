"""Finds the credentials for S3 that the `RR_S3_` variables leave out.

s3fs gets them from botocore, which knows profiles, single sign-on and instance roles. Polars would
need boto3 for that, so it gets what botocore finds.
"""

import os

from botocore.exceptions import NoCredentialsError
from botocore.session import Session
from pydantic import SecretStr

from schemas.settings import S3Settings


def fill_in_credentials(settings: S3Settings) -> S3Settings:
    """Return settings with keys, region and endpoint filled in as s3fs finds them, and no profile.

    Keys of a role or of single sign-on are valid for some minutes, which is enough for one query.

    Raises:
        BotoCoreError: there are no credentials, or no such profile.
    """
    if settings.access_key:
        return settings
    session = Session(profile=settings.profile)
    credentials = session.get_credentials()
    if credentials is None:
        raise NoCredentialsError
    keys = credentials.get_frozen_credentials()
    return settings.model_copy(
        update={
            "endpoint_url": settings.endpoint_url or _endpoint(session),
            "region": settings.region or session.get_config_variable("region"),
            "profile": None,
            "access_key": SecretStr(keys.access_key),
            "secret_key": SecretStr(keys.secret_key),
            "session_token": SecretStr(keys.token) if keys.token else None,
        }
    )


def _endpoint(session: Session) -> str | None:
    return (
        os.environ.get("AWS_ENDPOINT_URL_S3")
        or os.environ.get("AWS_ENDPOINT_URL")
        or session.get_scoped_config().get("endpoint_url")
    )
