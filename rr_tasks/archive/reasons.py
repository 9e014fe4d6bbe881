"""Why photographs failed, counted by kind."""

import re
from collections import Counter
from collections.abc import Iterable

_MOST = 20
_LONGEST = 80
_NUMBER = re.compile(r"\d[\d,.]*")
_DETAIL = re.compile(r"[:;(]")


def count_reasons(reasons: Iterable[str]) -> dict[str, int]:
    """Count reasons by kind: numbers, and what follows a colon, do not tell kinds apart.

    Returns:
        The 20 most frequent kinds, most frequent first, and all others together as `other`.
    """
    kinds = Counter(map(_kind, reasons))
    counted = dict(kinds.most_common(_MOST))
    others = kinds.total() - sum(counted.values())
    return counted | ({"other": others} if others else {})


def _kind(reason: str) -> str:
    first = _DETAIL.split(reason, maxsplit=1)[0].strip()
    return _NUMBER.sub("N", first)[:_LONGEST]
