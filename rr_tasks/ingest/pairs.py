"""Finds the pairs of a data set, and says why any other photograph is not part of one."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from rr_tasks.ingest.layouts import Layout
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

    They are sorted by source. Photographs elsewhere than in the layout are left out, so the result
    is the same if only those that `urls_of` returns are given.

    Raises:
        NoPairsError: there is no degraded photograph where the layout expects them.
    """
    urls = {photographs.path(url): url for url in photographs}
    by_stem = {_stem(path): path for path in sorted(urls, reverse=True)}
    pairs = [
        _pair_up(path, groups, layout, urls, by_stem)
        for path in urls
        if (groups := _groups(path, layout)) is not None
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
    path: str,
    groups: Mapping[str, str | None],
    layout: Layout,
    urls: Mapping[str, str],
    by_stem: Mapping[str, str],
) -> Pair:
    places = [place.format_map(groups) for place in layout.clean]
    partner = next((by_stem[place] for place in places if place in by_stem), None)
    types = layout.types(groups)
    light = groups.get("light")
    return Pair(
        source=path,
        degraded=urls[path],
        clean=None if partner is None else urls[partner],
        present=tuple(name for name in DEGRADATIONS if name in types),
        light=None if light is None else float(light),
        problem=next(_problems(types, places, partner), None),
    )


def _problems(types: Sequence[str], places: Sequence[str], partner: str | None) -> Iterator[str]:
    unknown = [name for name in types if name not in DEGRADATIONS]
    if unknown:
        yield f"{SKIPPED}the diagnostic prior does not know {' and '.join(unknown)}"
    if partner is None:
        yield f"no clean partner: {places[0]} is missing"


def _groups(path: str, layout: Layout) -> dict[str, str | None] | None:
    found = layout.degraded.fullmatch(_stem(path))
    return None if found is None else found.groupdict()


def _stem(path: str) -> str:
    return str(PurePosixPath(path).with_suffix(""))
