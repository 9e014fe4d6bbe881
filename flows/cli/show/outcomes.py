"""Says how many photographs had which outcome."""

from rr_tasks.archive.outcome import WORDS
from schemas.archive import Counts

_ALWAYS = ("restored", "failed")


def describe_counts(counts: Counts) -> str:
    """List the outcomes, with rich's markup; rare ones only if there are any."""
    shown = {name: getattr(counts, name) for name in WORDS}
    colours = {"restored": "green", "failed": "red" if counts.failed else "green"}
    return ", ".join(
        f"[{colours[name]}]{count:,} {WORDS[name]}[/]"
        if name in colours
        else f"{count:,} {WORDS[name]}"
        for name, count in shown.items()
        if count or name in _ALWAYS
    )
