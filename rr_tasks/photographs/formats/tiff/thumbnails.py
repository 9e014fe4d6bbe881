"""Thumbnails within the metadata of a TIFF file, which would go on showing the original."""

from collections.abc import Iterator

from rr_tasks.photographs.formats.base import to_vips
from rr_tasks.photographs.formats.directory import Directory
from rr_tasks.photographs.formats.jpeg.thumbnail import renew_photoshop, renew_xmp
from rr_tasks.photographs.pixels import Samples

_RENEWED = {
    34377: (renew_photoshop, (b"8BIM\x04\x09", b"8BIM\x04\x0c")),
    700: (renew_xmp, (b"GImg:image",)),
}
"""What renews the values of a tag, and by what it is known that it holds a thumbnail."""


def renew_thumbnails(page: Directory, samples: Samples) -> Iterator[tuple[int, bytes]]:
    """Draw a photograph in the place of the thumbnails within a directory's metadata.

    Args:
        page: the directory.
        samples: (H, W, C) of the photograph, grey or RGB, with or without opacity.

    Yields:
        The place of metadata, and what belongs there, which is as long as it was.
    """
    for tag, (renew, marks) in _RENEWED.items():
        entry = page.find(tag)
        old = page.data[entry.values : entry.values + entry.size] if entry is not None else b""
        if entry is not None and any(mark in old for mark in marks):
            colours = to_vips(samples[..., : 3 if samples.shape[2] >= 3 else 1])
            space = "b-w" if colours.bands == 1 else "srgb"
            drawn = renew(old, colours.colourspace(space).jpegsave_buffer(Q=95, keep="none"))
            yield entry.values, drawn.ljust(entry.size)  # an XMP packet may end in spaces
