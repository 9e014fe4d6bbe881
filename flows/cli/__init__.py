"""`rr`: diagnose and restore photographs, and train the models that do it.

Before anything is imported that takes time, `main` sees to it that Ctrl-C ends the process well.
"""

import gc
import io
import os
import sys

from flows.cli import stopping

TYPE_CHECKING = False  # `typing` takes as long to import as all of this
if TYPE_CHECKING:
    import typer


def __getattr__(name: str) -> "typer.Typer":
    """Import `app`, the Typer application, when somebody asks for it."""
    if name != "app":
        raise AttributeError(name)
    from flows.cli.commands import app

    return app


def main() -> None:
    """Run the command line; see `flows.cli.failure` for how it ends when something is wrong.

    Threads of torch wait without spinning, or they would slow down whatever shares the machine.
    """
    with stopping.Listening():
        os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # read when torch is imported
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(errors="surrogateescape")  # paths as they are, also if no text
        from flows.cli.commands import app

        try:
            app()
        finally:
            gc.freeze()  # or the interpreter looks through all modules for garbage: half a second
