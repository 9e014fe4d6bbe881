"""Who we are to an S3 service where the `RR_S3_` variables do not say it all.

s3fs asks botocore, which knows profiles, single sign-on and the roles of instances; polars would
need boto3 for that. So botocore is asked once more, and polars is told what it answered.
"""

import os

from botocore.exceptions import NoCredentialsError
from botocore.session import Session
from pydantic import SecretStr

from schemas.settings import S3Settings


def with_credentials(settings: S3Settings) -> S3Settings:
    """The settings with keys, region and endpoint filled in as s3fs finds them, and no profile.

    Keys of a role or of single sign-on hold for some minutes at least: enough for one question.

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
