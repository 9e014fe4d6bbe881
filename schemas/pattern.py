"""A pattern of paths, as in a file `.gitignore`."""

from typing import Annotated

from pathspec import GitIgnoreSpec
from pathspec.patterns.gitignore import GitIgnorePatternError
from pydantic import AfterValidator


def parse_patterns(patterns: tuple[str, ...]) -> GitIgnoreSpec:
    """Compile patterns; a `#` at the start is part of a name, as there are no comments here.

    Raises:
        GitIgnorePatternError: one is not a pattern.
    """
    return GitIgnoreSpec.from_lines(f"\\{one}" if one.startswith("#") else one for one in patterns)


def _check(pattern: str) -> str:
    try:
        works = any(one.regex for one in parse_patterns((pattern,)).patterns)
    except GitIgnorePatternError:
        works = False
    if not works:
        raise ValueError("matches nothing; write patterns as in .gitignore, such as *.png or 2019/")
    return pattern


Pattern = Annotated[str, AfterValidator(_check)]
"""Applied to paths relative to the input folder. Raises a `ValueError` if it can match nothing."""
