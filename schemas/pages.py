"""Where people can open the pages that are written: `RR_PAGES_FOLDER` and `RR_PAGES_URL`."""

from pathlib import Path
from typing import Annotated, Self
from urllib.parse import quote

from pydantic import Field, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from schemas.settings import UnusableSettingsError
from schemas.url import Url

_HTTP = r"^https?://[^/?#@]+(/[^?#@]*)?$"


class PagesSettings(BaseSettings):
    """A folder or bucket that a web server shows, and its address there; both or neither."""

    model_config = SettingsConfigDict(
        env_prefix="RR_PAGES_",
        env_file=".env",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
    )

    folder: Url | None = None
    url: Annotated[str, Field(pattern=_HTTP)] | None = None

    @model_validator(mode="after")
    def _check_both(self) -> Self:
        if (self.folder is None) != (self.url is None):
            raise ValueError("set RR_PAGES_FOLDER and RR_PAGES_URL, both or neither")
        return self

    def address_of(self, place: str) -> str | None:
        """Return the address of a file or folder, or None if nobody serves it."""
        if self.folder is None or self.url is None:
            return None
        below = _whole(place).removeprefix(f"{_whole(self.folder)}/")
        return None if below == _whole(place) else f"{self.url.rstrip('/')}/{quote(below)}"


def _whole(place: str) -> str:
    return (place if "://" in place else str(Path(place).absolute())).rstrip("/")


def pages_settings() -> PagesSettings:
    """Return the settings of this process.

    Raises:
        UnusableSettingsError: one of them is invalid.
    """
    try:
        return PagesSettings()
    except ValidationError as error:
        problem = error.errors(include_input=False, include_context=False, include_url=False)[0]
        place = "".join(f"RR_PAGES_{str(name).upper()}: " for name in problem["loc"][:1])
        reason = problem["msg"].removeprefix("Value error, ")
        raise UnusableSettingsError(f"{place}{reason}") from None
