"""Finds the space in a TIFF file that becomes free when pictures are replaced."""

from collections.abc import Iterable, Iterator, Sequence

from rr_tasks.photographs.formats.directory import Directory, read_directory

Extent = tuple[int, int]
"""Start and end of bytes in a file."""

_STRIPS, _TILES = (273, 279), (324, 325)
_TILE_WIDTH = 322
_DIRECTORIES = (34665, 34853, 40965)  # EXIF, GPS, interoperability
_DEPTH = 2


def blocks_of(directory: Directory) -> tuple[int, int]:
    """Return the tags for places and sizes of a directory's strips or tiles."""
    return _STRIPS if directory.find(_TILE_WIDTH) is None else _TILES


def find_gaps(replaced: Sequence[Directory], kept: Sequence[Directory]) -> list[Extent]:
    """Return where nothing but strips or tiles of the replaced pictures is, in order.

    In an unusual file, in which they overlap anything else, there are no gaps.
    """
    used = [(0, 2 * replaced[0].dialect.width)]
    for directory in (*replaced, *kept):
        used += _extents(directory)
    for directory in kept:
        used += _blocks(directory)
    gaps = _merge(extent for directory in replaced for extent in _blocks(directory))
    total = sum(end - start for start, end in gaps) + sum(
        end - start for start, end in _merge(used)
    )
    disjoint = total == sum(end - start for start, end in _merge([*gaps, *used]))
    return gaps if disjoint and gaps and gaps[-1][1] <= len(replaced[0].data) else []


def _blocks(directory: Directory) -> Iterator[Extent]:
    places, sizes = (directory.numbers(tag).tolist() for tag in blocks_of(directory))
    for place, size in zip(places, sizes, strict=False):
        if size:
            yield place, place + size


def _extents(directory: Directory, depth: int = 0) -> Iterator[Extent]:
    """Yield where a directory, its values, and directories of metadata in it are."""
    yield directory.place, directory.next.place + directory.next.width
    for entry in directory.entries:
        if entry.size:
            yield entry.values, entry.values + entry.size
    for tag in _DIRECTORIES if depth < _DEPTH else ():
        for link in directory.links(tag)[:1]:
            inner = read_directory(directory.data, directory.dialect, link)
            if inner is not None:
                yield from _extents(inner, depth + 1)


def _merge(extents: Iterable[Extent]) -> list[Extent]:
    """Join extents that overlap or touch."""
    merged: list[Extent] = []
    for start, end in sorted(extents):
        if merged and start <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(end, merged[-1][1])
        else:
            merged.append((start, end))
    return merged
