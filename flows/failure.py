"""Turns what goes wrong in a command into a clear line and an exit code."""

import errno
from typing import TYPE_CHECKING, Any

import typer
from pydantic import ValidationError
from rich.console import Console
from rich.markup import escape
from typer.core import TyperGroup

from schemas.errors import ExpectedError

if TYPE_CHECKING:  # the help has to answer at once
    import polars as pl

FAILED, WRONG_OPTION, STOPPED = 1, 2, 130
_SHOWN_INPUTS = 5
_FULL = (errno.ENOSPC, errno.EDQUOT)

errors = Console(stderr=True)


class Commands(TyperGroup):
    """Commands whose failures that a user can mend end without a traceback."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command that the arguments name."""
        try:
            return super().invoke(ctx)
        except ExpectedError as error:
            complain(str(error))
            raise typer.Exit(FAILED) from error
        except ValidationError as error:
            for problem in error.errors():
                place = ".".join(map(str, problem["loc"])) or error.title
                complain(f"{place}: {problem['msg']} (given: {problem.get('input')!r})")
            raise typer.Exit(WRONG_OPTION) from error
        except BrokenPipeError:  # the reader of a pipe has seen enough; Typer ends quietly
            raise
        except OSError as error:
            complain(explain(error))
            raise typer.Exit(FAILED) from error
        except KeyboardInterrupt as error:
            errors.print("Stopped. Run the same command again to go on.")
            raise typer.Exit(STOPPED) from error


def complain(message: str) -> None:
    """Print one error, in one line however long it is."""
    errors.print(f"[bold red]Error:[/bold red] {escape(message)}", soft_wrap=True, highlight=False)


def complain_of_inputs(failed: "pl.DataFrame", folder: str) -> None:
    """Name the first inputs, `source` and `error`, that a data set could not use, and count all."""
    for source, error in failed.head(_SHOWN_INPUTS).iter_rows():
        complain(f"{source}: {error}")
    if not failed.is_empty():
        files = "1 file" if len(failed) == 1 else f"{len(failed)} files"
        complain(f"{files} could not be used; the rows of {folder}/*.parquet name each")


def explain(error: OSError) -> str:
    """Say which file the system refused, why, and what to do about a full disk."""
    reason = error.strerror or str(error) or type(error).__name__
    message = f"{error.filename}: {reason}" if error.filename else reason
    if error.errno in _FULL:
        message += "; free some space and run the same command again to go on"
    return message
