"""Says at once what a command begins with, because imports and large folders take a while."""

from rich.console import Console

errors = Console(stderr=True)


def begin(what: str) -> None:
    """Say what is being done, in one line; call it before anything slow is imported.

    Args:
        what: a few words, with a URL only after `schemas.url` has looked at it.
    """
    errors.print(f"{what} ...", soft_wrap=True, highlight=False, markup=False)
