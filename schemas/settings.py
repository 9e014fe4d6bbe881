"""Settings from the environment: how to reach `s3://` URLs, what runs tasks, when to alarm."""

import os
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal, Self, TypeVar

from pydantic import AfterValidator, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from schemas.errors import ExpectedError
from schemas.url import Url
from schemas.workers import RunnerName

PREFIX = "RR_S3_"


class UnusableSettingsError(ExpectedError, ValueError):
    """An `RR_` variable is invalid; the message never contains its value."""


def _http(url: str) -> str:
    if not url.startswith(("http://", "https://")):
        raise ValueError("must be http://HOST or https://HOST, with a port if need be")
    return url.rstrip("/")


Seconds = Annotated[float, Field(gt=0.0, le=600.0, allow_inf_nan=False)]


class S3Settings(BaseSettings):
    """An S3 service. Anything not set is taken from AWS variables, profiles and instance roles.

    Timeouts are in seconds. `attempts` counts the attempts of one request, including the first.
    """

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_file=".env",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
    )

    endpoint_url: Annotated[Url, AfterValidator(_http)] | None = None
    region: str | None = None
    profile: str | None = None
    access_key: SecretStr | None = None
    secret_key: SecretStr | None = None
    session_token: SecretStr | None = None
    addressing_style: Literal["auto", "path", "virtual"] = "auto"
    connect_timeout: Seconds = 3.0
    read_timeout: Seconds = 30.0
    attempts: Annotated[int, Field(ge=1, le=20)] = 5

    @model_validator(mode="after")
    def _check_keys(self) -> Self:
        if (self.access_key is None) != (self.secret_key is None):
            raise ValueError(f"set {PREFIX}ACCESS_KEY and {PREFIX}SECRET_KEY, both or neither")
        if self.session_token and not self.access_key:
            raise ValueError(f"{PREFIX}SESSION_TOKEN needs {PREFIX}ACCESS_KEY and its secret")
        if self.profile and self.access_key:
            raise ValueError(f"set {PREFIX}PROFILE or {PREFIX}ACCESS_KEY, not both")
        return self

    @classmethod
    def settings_customise_sources(
        cls, settings_cls: type[BaseSettings], *args: Any, **sources: PydanticBaseSettingsSource
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Use the usual sources, but refuse misspelt names, which they would ignore."""
        usual = super().settings_customise_sources(settings_cls, *args, **sources)
        for source in usual:
            if isinstance(source, EnvSettingsSource):
                _refuse_unknown(source.env_vars)
        return usual

    def s3fs_options(self) -> dict[str, Any]:
        """Return the keyword arguments of `s3fs.S3FileSystem`."""
        options = {
            "endpoint_url": self.endpoint_url,
            "profile": self.profile,
            "key": _reveal(self.access_key),
            "secret": _reveal(self.secret_key),
            "token": _reveal(self.session_token),
            "client_kwargs": {"region_name": self.region} if self.region else None,
        }
        return {
            **{name: value for name, value in options.items() if value is not None},
            "config_kwargs": {
                "connect_timeout": self.connect_timeout,
                "read_timeout": self.read_timeout,
                "retries": {"total_max_attempts": self.attempts, "mode": "standard"},
                "s3": {"addressing_style": self.addressing_style},
            },
        }

    def polars_options(self) -> dict[str, Any]:
        """Return the `storage_options` of polars, which does not know AWS profiles."""
        options = {
            "aws_endpoint_url": self.endpoint_url,
            "aws_region": self.region or ("us-east-1" if self.endpoint_url else None),
            "aws_access_key_id": _reveal(self.access_key),
            "aws_secret_access_key": _reveal(self.secret_key),
            "aws_session_token": _reveal(self.session_token),
            "aws_virtual_hosted_style_request": _ADDRESSING[self.addressing_style],
            "aws_allow_http": "true" if (self.endpoint_url or "").startswith("http://") else None,
            "connect_timeout": f"{self.connect_timeout}s",
            "timeout": f"{self.read_timeout}s",
            "max_retries": self.attempts - 1,
        }
        return {name: value for name, value in options.items() if value is not None}


_ADDRESSING = {"auto": None, "path": "false", "virtual": "true"}


def s3_settings() -> S3Settings:
    """Return the settings of this process, parsed again only if their variables change.

    Raises:
        UnusableSettingsError: one of them is invalid.
    """
    variables = (item for item in os.environ.items() if item[0].upper().startswith(PREFIX))
    return _parse(frozenset(variables), Path.cwd())


@lru_cache(maxsize=1)
def _parse(_variables: frozenset[tuple[str, str]], _folder: Path) -> S3Settings:
    """Parse the variables, and the file `.env` of the working folder."""
    try:
        return S3Settings()
    except ValidationError as error:
        problem = error.errors(include_input=False, include_context=False, include_url=False)[0]
        place = "".join(f"{PREFIX}{str(name).upper()}: " for name in problem["loc"][:1])
        reason = problem["msg"].removeprefix("Value error, ")
        raise UnusableSettingsError(f"{place}{reason}") from None


class RunnerSettings(BaseSettings):
    """What runs the tasks of a stage: `RR_RUNNER`, and `RR_DASK_ADDRESS` of a Dask scheduler.

    Threads share loaded weights; each process loads its own. On a Prefect server, tasks run in
    threads unless they run on a Dask cluster.
    """

    model_config = SettingsConfigDict(
        env_prefix="RR_", env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True
    )

    runner: RunnerName = "threads"
    dask_address: Annotated[str, Field(pattern=r"^[a-z]+://[^@\s]+$")] | None = None

    @property
    def scheduler(self) -> str | None:
        """The address of the Dask scheduler, if tasks run there."""
        return self.dask_address if self.runner == "dask" else None


def runner_settings() -> RunnerSettings:
    """Return the settings of this process.

    Raises:
        UnusableSettingsError: one of them is invalid.
    """
    settings = _read(RunnerSettings)
    if settings.runner == "dask" and settings.dask_address is None:
        raise UnusableSettingsError(
            "RR_DASK_ADDRESS: name the scheduler of the Dask cluster, such as tcp://host:8786 "
            "(--address does so too)"
        )
    return settings


class AlarmSettings(BaseSettings):
    """When an archive is worth an alarm: above which share of failed photographs, 0-1.

    It is set by `RR_ALARM_SHARE`.
    """

    model_config = SettingsConfigDict(
        env_prefix="RR_ALARM_", env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True
    )

    share: Annotated[float, Field(ge=0.0, le=1.0)] = 0.05


def alarm_settings() -> AlarmSettings:
    """Return the settings of this process.

    Raises:
        UnusableSettingsError: one of them is invalid.
    """
    return _read(AlarmSettings)


SettingsT = TypeVar("SettingsT", bound=BaseSettings)


def _read(settings: type[SettingsT]) -> SettingsT:
    """Read settings whose variables are named for their fields."""
    try:
        return settings()
    except ValidationError as error:
        problem = error.errors()[0]
        variable = f"{settings.model_config['env_prefix']}{problem['loc'][0]}".upper()
        raise UnusableSettingsError(f"{variable}: {problem['msg']}") from None


def _refuse_unknown(variables: Iterable[str]) -> None:
    known = [f"{PREFIX}{name}".upper() for name in S3Settings.model_fields]
    for name in map(str.upper, variables):
        if name.startswith(PREFIX) and name not in known:
            raise UnusableSettingsError(f"{name}: no such setting; there are {', '.join(known)}")


def _reveal(secret: SecretStr | None) -> str | None:
    return None if secret is None else secret.get_secret_value()
