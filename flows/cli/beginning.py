"""Says at once what a command begins with, because imports and large folders take a while."""

from flows.console import errors
from schemas.url import mask_secrets


def begin(what: str) -> None:
    """Say what is being done, in one line; call it before anything slow is imported.

    Args:
        what: a few words.
    """
    errors.print(f"{mask_secrets(what)} ...", soft_wrap=True, highlight=False, markup=False)
