"""Makes sure that no photograph is lost."""

from rr_tasks.plural import say_count
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
        outcomes = " + ".join(f"{getattr(counts, name)} {name}" for name in Counts.model_fields)
        raise CountsDisagreeError(
            f"{say_count(found, 'photograph')} found, but {outcomes} are {counts.total}; "
            "run again, and report this if it persists"
        )
