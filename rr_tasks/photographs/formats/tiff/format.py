"""TIFF: the original file, in which only pixels are replaced, in the form of the original."""

import pyvips

from rr_tasks.photographs.formats.base import Facts
from rr_tasks.photographs.formats.directory import Dialect
from rr_tasks.photographs.formats.tiff.bounds import check_bounds
from rr_tasks.photographs.formats.tiff.decoding import decode
from rr_tasks.photographs.formats.tiff.layout import JPEG, PALETTE, read_layout
from rr_tasks.photographs.formats.tiff.pages import MAX_DIRECTORIES, is_reduced, read_pages
from rr_tasks.photographs.formats.tiff.pictures import read_reduced, replace_pictures

_LAYERS = 37724


class TiffFormat:
    """The TIFF file format."""

    name = "TIFF"

    def matches(self, data: bytes) -> bool:
        """Tell from the first bytes whether this is the format of a file."""
        return Dialect.of(data[:4]) is not None

    def load(self, data: bytes, salvage: bool = False) -> pyvips.Image:
        """Open the first picture of a file."""
        pages = read_pages(data)
        layout = read_layout(pages.first)
        check_bounds([(pages.first, layout), *read_reduced(pages)])
        return decode(pages.first, layout, salvage)

    def damage(self, data: bytes) -> str | None:
        """Leave it to the decoder."""
        del data
        return None

    def refusal(self, data: bytes, facts: Facts) -> str | None:
        """Refuse documents, files that only begin with a thumbnail, and pictures without greys."""
        del facts
        pages = read_pages(data)
        if not pages.whole:
            return f"it has more than {MAX_DIRECTORIES} pages, and no single photograph"
        if is_reduced(pages.first) and pages.others:
            return "it begins with a thumbnail, and the photograph behind it would stay as it is"
        if pages.others:
            return f"it has {len(pages.others) + 1} pages, and one photograph per file is restored"
        layout = read_layout(pages.first)
        if layout.bits < 8 and layout.photometric != PALETTE:
            return f"it has only {2**layout.bits} tones, too few to hold a restored photograph"
        return None

    def losses(self, data: bytes, facts: Facts) -> tuple[str, ...]:
        """Name the palette, which cannot be kept, and what would no longer be true."""
        del facts
        pages = read_pages(data)
        layout = read_layout(pages.first)
        found = {
            "palette": layout.photometric == PALETTE,
            "extra channels": layout.recoloured and bool(layout.extra),
            "thumbnail": len(read_reduced(pages)) < len(pages.reduced),
            "Photoshop layers": pages.first.find(_LAYERS) is not None,
        }
        return tuple(name for name, lost in found.items() if lost)

    def lossless(self, data: bytes, facts: Facts) -> bool:
        """Keep all samples, unless they become JPEG or are multiplied by opacity."""
        del facts
        layout = read_layout(read_pages(data).first)
        return layout.compression != JPEG and not layout.associated

    def save(self, image: pyvips.Image, source: bytes, facts: Facts) -> bytes:
        """Replace the pixels of the source, and of the smaller copies in it."""
        del facts
        samples = image.numpy().reshape(image.height, image.width, image.bands)
        return replace_pictures(read_pages(source), samples)

    def transplant(self, encoded: bytes, source: bytes) -> bytes:
        """Leave the file as it is: all else in it is the source's."""
        del source
        return encoded
