"""The database of a server on this machine: a file of SQLite, or PostgreSQL by URL."""

import asyncio
from pathlib import Path

import asyncpg
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from schemas.errors import ExpectedError

_FILE = "a file in the folder"
_PATIENCE_SECONDS = 10


class DatabaseError(ExpectedError, ValueError):
    """The database cannot be used; the message never holds its password."""


def read_url(given: str) -> URL:
    """Parse the URL of a PostgreSQL database, for the driver that Prefect needs.

    Raises:
        DatabaseError: it is not one.
    """
    try:
        url = make_url(given)
    except ArgumentError:  # it may hold a password, so it is not repeated
        raise DatabaseError("the database: not a URL; write postgresql://USER@HOST/NAME") from None
    if not url.drivername.startswith("postgres") or not url.database:
        raise DatabaseError("the database: write postgresql://USER@HOST/NAME")
    return url.set(drivername="postgresql+asyncpg")


def holds_password(given: str) -> bool:
    """Whether the URL of a database holds a password.

    Raises:
        DatabaseError: it is no such URL.
    """
    url = read_url(given)
    return url.password is not None or "password" in url.query


def check_database(state: Path, given: str | None) -> None:
    """Make sure that a database answers, and is the one that the folder had the last time.

    Raises:
        DatabaseError: it is not so.
    """
    url = read_url(given) if given else None
    shown = url.render_as_string(hide_password=True) if url else _FILE
    record = state / "database"
    if record.exists() and record.read_text() != shown:
        raise DatabaseError(
            f"the server of {state.parent} keeps its runs in {record.read_text()}, not in {shown}; "
            "name that database, or another folder"
        )
    if url is not None:
        asyncio.run(_connect(url, shown))
    record.write_text(shown)


async def _connect(url: URL, shown: str) -> None:
    plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
    try:
        connection = await asyncpg.connect(plain, timeout=_PATIENCE_SECONDS)
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        reason = str(error).strip() or type(error).__name__
        raise DatabaseError(f"the database {shown} does not let us in: {reason}") from error
    await connection.close()
