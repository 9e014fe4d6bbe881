"""The options that several commands share."""

import os
from collections.abc import Callable, Iterable
from typing import Annotated, Any, get_args

import typer

from schemas.prior.current import DEGRADATIONS, DegradationName
from schemas.workers import RunnerName

SAMPLES = "the samples that come with rr"
"""How help texts describe the default of `rr_tasks.samples.sample_photographs`."""

Weights = Annotated[
    str | None, typer.Option(help="Weights file (safetensors); by default the shipped weights.")
]
Seed = Annotated[int, typer.Option(help="Seed of all random draws.")]


def say_choices(choices: Any) -> str:
    """Write the names that a literal type allows so that help breaks lines between them."""
    return " | ".join(get_args(choices))


def _keep_as(variable: str) -> Callable[[str | None], str | None]:
    """Let an option win over a variable of the environment, for what this process starts too."""

    def keep(value: str | None) -> str | None:
        if value is not None:
            os.environ[variable] = value
        return value

    return keep


Runner = Annotated[
    RunnerName | None,
    typer.Option(
        metavar=say_choices(RunnerName),
        help="What runs the tasks; by default RR_RUNNER, or threads. A Dask cluster runs as many "
        "at a time as its workers have threads.",
        callback=_keep_as("RR_RUNNER"),
    ),
]
Address = Annotated[
    str | None,
    typer.Option(
        metavar="tcp://HOST:PORT",
        help="With --runner dask: the scheduler of the cluster; by default RR_DASK_ADDRESS.",
        callback=_keep_as("RR_DASK_ADDRESS"),
    ),
]
Workers = Annotated[
    int | None,
    typer.Option(help="Shards to process at a time; by default one per usable core."),
]
Verify = Annotated[
    bool, typer.Option("--verify", help="First compare all shards with their checksums.")
]
Include = Annotated[
    list[str] | None,
    typer.Option(
        metavar="PATTERN",
        help="What to take even if it is excluded, hidden or of a system. May be repeated.",
    ),
]
Exclude = Annotated[
    list[str] | None,
    typer.Option(
        metavar="PATTERN", help="What to leave out, as in .gitignore: *.png. May be repeated."
    ),
]


def parse_degradations(option: str, given: Iterable[str]) -> tuple[DegradationName, ...]:
    """Return the types of degradation that a user named, each once and in the usual order.

    Raises:
        typer.BadParameter: there is no such type; the message names the option.
    """
    names = [name.strip() for name in given]
    for name in names:
        if name not in DEGRADATIONS:
            raise typer.BadParameter(f"{option} knows {', '.join(DEGRADATIONS)}, not {name!r}")
    return tuple(name for name in DEGRADATIONS if name in names)
