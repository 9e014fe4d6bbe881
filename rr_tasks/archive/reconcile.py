"""Makes sure that no photograph is lost."""

from schemas.archive import Counts
from schemas.errors import ExpectedError


class CountsDisagreeError(ExpectedError, RuntimeError):
    """The outcomes do not add up to what was found."""


def reconcile(found: int, counts: Counts) -> None:
    """Make sure that every photograph has exactly one outcome.

    Raises:
        CountsDisagreeError: some have none or several; the message shows the sum.
    """
    if counts.total != found:
        raise CountsDisagreeError(
            f"{found} photographs were found, but {counts.restored} restored + {counts.clean} "
            f"clean + {counts.skipped} skipped + {counts.failed} failed are {counts.total}; "
            "run again, and report this if it persists"
        )
