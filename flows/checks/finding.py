"""What a check found."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """What a check found, and what to do about it.

    Args:
        about: what was checked, in a word or two.
        said: how it is, in a few words.
        todo: what to do; empty if it is fine.
        wrong: whether something cannot work as it is, rather than only deserve attention.
    """

    about: str
    said: str
    todo: str = ""
    wrong: bool = False
