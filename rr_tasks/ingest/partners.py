"""Decides which clean photograph belongs to which degraded one where several have one name.

A folder may hold `s.png` beside `s.jpg`: another copy, a preview, or what a camera saved twice.
"""

from collections.abc import Sequence


def match(degraded: Sequence[str], clean: Sequence[str]) -> dict[str, str]:
    """Match photographs that all have the same name except for the suffix, none of them twice.

    First come those with the same suffix, then those whose suffix differs only in case. Two
    photographs that are then left, one on each side, are a pair as well; more are ambiguous.

    Args:
        degraded: paths of the degraded photographs.
        clean: paths of the clean ones, elsewhere.

    Returns:
        The partner of each degraded photograph that has one.
    """
    partners: dict[str, str] = {}
    free = list(clean)
    for suffix in (_suffix, _suffix_in_any_case):
        for one in degraded:
            partner = next((path for path in free if suffix(path) == suffix(one)), None)
            if one not in partners and partner is not None:
                partners[one] = partner
                free.remove(partner)
    left = [one for one in degraded if one not in partners]
    if len(left) == len(free) == 1:
        partners[left[0]] = free[0]
    return partners


def explain_lack(one: str, degraded: Sequence[str], clean: Sequence[str]) -> str:
    """Say why a degraded photograph got no partner although there are clean ones of its name."""
    partners = match(degraded, clean)
    free = [path for path in clean if path not in partners.values()]
    if not free:
        takers = (other for other in degraded if partners.get(other) == clean[0])
        return f"no clean partner: {clean[0]} belongs to {next(takers)}"
    if len(free) > 1:
        return f"several photographs could be its clean partner: {', '.join(free)}"
    rivals = [other for other in degraded if other != one and other not in partners]
    return f"its clean partner {free[0]} could also belong to {', '.join(rivals)}"


def _suffix(path: str) -> str:
    return path.rpartition(".")[2]


def _suffix_in_any_case(path: str) -> str:
    return _suffix(path).lower()
