"""Runs a stage with Prefect if a server is configured, and otherwise as a plain function.

The stage is the same either way. Without a server, Prefect is not even imported, so a single
photograph or a small folder takes little time. With `PREFECT_API_URL` set, directly or by a Prefect
profile, every stage and shard is a run that can be watched in the UI.
"""

import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

ParametersT = TypeVar("ParametersT")
ResultT = TypeVar("ResultT")

_URL = "PREFECT_API_URL"


def launch(stage: Callable[[ParametersT], ResultT], parameters: ParametersT) -> ResultT:
    """Run a stage.

    Args:
        stage: a function with one argument, `parameters`.
        parameters: the stage's parameters.

    Raises:
        UnreachableServerError: a server is configured, but does not answer.
    """
    # Polars, once it is imported, lets Ctrl-C restart what waits for threads instead of ending it.
    signal.siginterrupt(signal.SIGINT, True)
    if not _may_be_on_server():
        return stage(parameters)
    from flows.server import run_on_server  # noqa: PLC0415 - Prefect takes a second to import

    return run_on_server(stage, parameters)


def _may_be_on_server() -> bool:
    """Whether Prefect's settings, from the environment and from files, could name a server."""
    if _URL in os.environ:
        return bool(os.environ[_URL])
    home = Path(os.environ.get("PREFECT_HOME", "~/.prefect")).expanduser()
    profiles = Path(os.environ.get("PREFECT_PROFILES_PATH", home / "profiles.toml"))
    return profiles.exists() or any(map(_mentions_prefect, _FILES))


_FILES = {".env": _URL, "prefect.toml": "", "pyproject.toml": "[tool.prefect"}
"""Settings in the working folder, and what they hold if they are about Prefect."""


def _mentions_prefect(name: str) -> bool:
    file = Path(name)
    return file.is_file() and _FILES[name] in file.read_text(errors="replace")
