"""Finds the pairs of a data set, and says why any other photograph is not part of one."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from rr_tasks.ingest.layouts import Layout
from rr_tasks.ingest.partners import explain_lack, match
from rr_tasks.photographs.listing import Photographs
from schemas.errors import ExpectedError
from schemas.prior.current import DEGRADATIONS, DegradationName

SKIPPED = "skipped: "
"""Begins the reason for skipping a sound pair whose degradations the prior cannot describe."""


class NoPairsError(ExpectedError, ValueError):
    """A folder contains nothing in the layout that the user named."""


@dataclass(frozen=True)
class Pair:
    """A degraded photograph and its clean partner, or whichever of them exists and the `problem`.

    `source` is the path of the degraded photograph in the data set, or of a clean one without a
    partner. `light` is the brightness of the airlight, sRGB-coded in 0-1, if the data set gives it.
    """

    source: str
    degraded: str | None
    clean: str | None
    present: tuple[DegradationName, ...] = ()
    light: float | None = None
    problem: str | None = None


def find_pairs(photographs: Photographs, layout: Layout) -> list[Pair]:
    """Find all pairs of a data set, and its clean photographs that have no partner.

    Where a layout has no partners, every photograph stands alone.

    If several photographs have the same name and different suffixes, `rr_tasks.ingest.partners`
    decides. Pairs are sorted by source. Photographs elsewhere than in the layout are left out, so
    the result is the same if only those that `urls_of` returns are given.

    Raises:
        NoPairsError: there is no degraded photograph where the layout expects them.
    """
    urls = {photographs.path(url): url for url in photographs}
    if not layout.clean:
        return [Pair(path, url, None) for path, url in sorted(urls.items())]
    by_stem: dict[str, list[str]] = {}
    for path in sorted(urls):
        by_stem.setdefault(_stem(path), []).append(path)
    pairs = [
        pair
        for stem, degraded in by_stem.items()
        if (found := layout.degraded.fullmatch(stem)) is not None
        for pair in _pair_up(degraded, found.groupdict(), layout, urls, by_stem)
    ]
    if not pairs:
        degraded, clean = layout.example
        raise NoPairsError(
            f"{photographs.folder}: no degraded photograph lies where this layout has them; "
            f"expected files like {degraded} with a partner like {clean}"
        )
    paired = {pair.clean for pair in pairs}
    known = {pair.source for pair in pairs}
    pairs += [
        Pair(path, None, url, problem="no degraded photograph belongs to it")
        for path, url in urls.items()
        if path not in known and url not in paired and layout.is_clean(_stem(path))
    ]
    return sorted(pairs, key=lambda pair: pair.source)


def urls_of(pairs: Sequence[Pair]) -> list[str]:
    """Return every photograph that affects the pairs, once and sorted."""
    return sorted({url for pair in pairs for url in (pair.degraded, pair.clean) if url})


def _pair_up(
    degraded: Sequence[str],
    groups: Mapping[str, str | None],
    layout: Layout,
    urls: Mapping[str, str],
    by_stem: Mapping[str, Sequence[str]],
) -> Iterator[Pair]:
    """Find the partners of degraded photographs that have the same name except for the suffix."""
    places = [place.format_map(groups) for place in layout.clean]
    clean = next((by_stem[place] for place in places if place in by_stem), ())
    partners = match(degraded, clean)
    types, light = layout.types(groups), groups.get("light")
    for path in degraded:
        problem = _describe_unknown(types)
        if problem is None and path not in partners:
            missing = f"no clean partner: {places[0]} is missing"
            problem = explain_lack(path, degraded, clean) if clean else missing
        yield Pair(
            source=path,
            degraded=urls[path],
            clean=urls[partners[path]] if path in partners else None,
            present=tuple(name for name in DEGRADATIONS if name in types),
            light=None if light is None else float(light),
            problem=problem,
        )


def _describe_unknown(types: Sequence[str]) -> str | None:
    unknown = [name for name in types if name not in DEGRADATIONS]
    if not unknown:
        return None
    return f"{SKIPPED}the diagnostic prior does not know {' and '.join(unknown)}"


def _stem(path: str) -> str:
    return path.rpartition(".")[0]
