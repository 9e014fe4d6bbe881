"""The console and the options that several commands share."""

from collections.abc import Iterable
from typing import Annotated, Any, get_args

import typer
from rich.console import Console

from schemas.prior.current import DEGRADATIONS, DegradationName

console = Console()

SAMPLES = "the samples that come with rr"
"""How help texts describe the default of `rr_tasks.samples.sample_photographs`."""

Weights = Annotated[
    str | None, typer.Option(help="Weights file (safetensors); by default the shipped weights.")
]
Seed = Annotated[int, typer.Option(help="Seed of all random draws.")]
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


def say_choices(choices: Any) -> str:
    """Write the names that a literal type allows so that help breaks lines between them."""
    return " | ".join(get_args(choices))


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
