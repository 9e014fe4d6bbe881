"""Turns errors of a command into a clear line and an exit status."""

import errno
import re
from typing import TYPE_CHECKING, Any

import typer
from pydantic import ValidationError
from rich.console import Console
from rich.markup import escape
from typer.core import TyperGroup

from flows.cli import stopping
from flows.cli.extra import explain_missing
from flows.console import errors
from rr_tasks.display import to_line
from rr_tasks.plural import say_count
from rr_tasks.storage.names import to_display
from schemas.errors import ExpectedError
from schemas.url import REFUSED_URL, mask_secrets

if TYPE_CHECKING:  # --help must answer at once
    import polars as pl

FAILED, WRONG_OPTION = 1, 2
_SHOWN_INPUTS = 20
_LINE_END = re.compile(r"(?<!\n)\n(?!\n)")
_FULL = (errno.ENOSPC, errno.EDQUOT)
_UsageError: Any = typer.BadParameter.__mro__[1]  # which Typer does not name


class Commands(TyperGroup):
    """Commands that end without a traceback if the user can fix the error."""

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Find a command, and let the paragraphs of its help fill the width of the terminal."""
        command = super().get_command(ctx, cmd_name)
        if command and command.help:
            command.help = _LINE_END.sub(" ", command.help)
        return command

    def invoke(self, ctx: Any) -> Any:
        """Run the command that the arguments name."""
        try:
            return super().invoke(ctx)
        except _UsageError as error:
            error.message = _show(error.message)
            raise
        except ExpectedError as error:
            complain(str(error))
            raise typer.Exit(FAILED) from error
        except ValidationError as error:
            for problem in error.errors(include_url=False, include_context=False):
                complain(_misfit(problem, self._names(ctx)))
            raise typer.Exit(WRONG_OPTION) from error
        except ModuleNotFoundError as error:
            missing = explain_missing(error)
            if missing is None:
                raise
            complain(missing)
            raise typer.Exit(FAILED) from error
        except BrokenPipeError:  # the reader closed the pipe; Typer exits quietly
            raise
        except OSError as error:
            complain(explain(error))
            raise typer.Exit(FAILED) from error
        except KeyboardInterrupt as error:
            stopping.say()
            raise typer.Exit(stopping.status()) from error

    def _names(self, ctx: Any) -> dict[str, str]:
        """Map each parameter of the requested command to the name that users know."""
        command = self.get_command(ctx, ctx.invoked_subcommand or "")
        parameters = command.params if command else []
        return {one.name: one.opts[0] for one in parameters if one.name and one.opts}


def _misfit(problem: Any, names: dict[str, str]) -> str:
    """Describe a validation error in one line.

    A value that may be a secret is left out, and so are all the settings that a rule is about.
    """
    first, *rest = (*map(str, problem["loc"]), "")
    place = names.get(first) or ".".join((first, *rest)).rstrip(".")
    reason = problem["msg"].removeprefix("Value error, ").removeprefix("Input ")
    unshown = problem["type"] == REFUSED_URL or isinstance(problem["input"], dict)
    given = "" if unshown else f" (given: {problem['input']!r})"
    return f"{place}: {reason}{given}".removeprefix(": ")


def complain(message: str) -> None:
    """Print one error, in one line however long it is."""
    line = escape(_show(message))
    errors.print(f"[bold red]Error:[/bold red] {line}", soft_wrap=True, highlight=False)


def _show(message: str) -> str:
    """Make a message text that does nothing to a terminal and tells no secret."""
    return to_line(mask_secrets(message))


def complain_of_inputs(failed: "pl.DataFrame", tables: str) -> None:
    """Name the first unusable inputs, from the columns source and error, and count all.

    Args:
        failed: the inputs, each once; nothing is said if there are none.
        tables: where all are listed.
    """
    for source, error in failed.head(_SHOWN_INPUTS).iter_rows():
        complain(f"{to_display(source)}: {error}")
    if not failed.is_empty():
        complain(f"{say_count(len(failed), 'file')} could not be used; {tables} lists each")


def leave_out_skipped(console: Console, failed: "pl.DataFrame") -> "pl.DataFrame":
    """Count the sound pairs that were skipped, and return the inputs that could not be used.

    Args:
        console: where the count is shown.
        failed: the inputs without a sample, with the column error.
    """
    from rr_tasks.ingest.pairs import SKIPPED

    skipped = failed["error"].str.starts_with(SKIPPED)
    if skipped.any():
        inputs = say_count(int(skipped.sum()), "input")
        console.print(f"{inputs} skipped: a prior cannot describe their degradations")
    return failed.filter(~skipped)


def complain_of_lost(rows: "pl.DataFrame", shards: str, tables: str) -> None:
    """End with an error if a job had to do without samples that their shards no longer hold whole.

    Args:
        rows: of these samples, with the column key.
        shards: the damaged data set.
        tables: where the rows are listed.
    """
    if rows.is_empty():
        return
    from rr_tasks.shards.reader import advise_remake, tar_url
    from rr_tasks.shards.writer import is_key, shard_of

    damaged = {tar_url(shards, shard_of(key)): None for key in filter(is_key, rows["key"])}
    samples = say_count(len(rows), "sample")
    complain(f"{samples} of {shards} cannot be read and had to be left out; {tables} lists each")
    for url in list(damaged)[:1]:
        complain(f"{url} is damaged; {advise_remake(url)}")
    raise typer.Exit(FAILED)


def explain(error: OSError) -> str:
    """Explain which file the system refused, why, and what to do if the disk is full."""
    reason = error.strerror or str(error) or type(error).__name__
    message = f"{error.filename}: {reason}" if error.filename else reason
    if error.errno in _FULL:
        message += "; free some space and run the same command again to resume"
    return message
