"""Refuses TIFF files that are made to exhaust memory or time, before anything decodes them."""

from rr_tasks.photographs.formats.base import UnreadablePhotographError
from rr_tasks.photographs.formats.directory import Directory
from rr_tasks.photographs.formats.tiff.layout import SIZES, TILE_SIZES, Layout

_SMALL = 2**26
_RATIO = 100
"""The best compression of a photograph, well above any that was seen; blank ones may be small."""
_MAX_BLOCKS = 500_000


def check_bounds(pages: list[tuple[Directory, Layout]]) -> None:
    """Compare what the pictures of a file claim to hold with the size of the file.

    Raises:
        UnreadablePhotographError: it claims far more than it can hold.
    """
    size = len(pages[0][0].data)
    claimed = sum(layout.bytes for _, layout in pages)
    if claimed > max(_SMALL, _RATIO * size):
        raise UnreadablePhotographError(
            f"its {size:,} bytes claim to hold {claimed:,} bytes of pixels, as a compression bomb "
            "does; save it with another compression if it is genuine"
        )
    if sum(layout.blocks for _, layout in pages) > _MAX_BLOCKS:
        raise UnreadablePhotographError(f"it has more than {_MAX_BLOCKS:,} strips or tiles")
    stored = sum(
        int(directory.numbers(TILE_SIZES if layout.tiled else SIZES).sum(dtype="u8"))
        for directory, layout in pages
    )
    if stored > 2 * size:
        raise UnreadablePhotographError(
            "the TIFF data is damaged: its strips or tiles claim more than the file holds"
        )
