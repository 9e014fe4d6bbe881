"""Replaces the photograph of a TIFF file, and redraws the smaller copies of it."""

from contextlib import suppress

import numpy as np

from rr_tasks.photographs.formats.base import UnreadablePhotographError, to_vips
from rr_tasks.photographs.formats.directory import Directory
from rr_tasks.photographs.formats.tiff.blocks import pack_blocks
from rr_tasks.photographs.formats.tiff.decoding import decode_all
from rr_tasks.photographs.formats.tiff.form import choose_form, tags_of
from rr_tasks.photographs.formats.tiff.layout import (
    WHITE_IS_ZERO,
    Layout,
    read_layout,
)
from rr_tasks.photographs.formats.tiff.pages import Pages
from rr_tasks.photographs.formats.tiff.rewriting import Rewriting
from rr_tasks.photographs.formats.tiff.thumbnails import renew_thumbnails
from rr_tasks.photographs.pixels import Samples


def replace_pictures(pages: Pages, samples: Samples) -> bytes:
    """Return the file with other pixels.

    Args:
        pages: of the file.
        samples: (H, W, C) of the photograph, grey or RGB, with or without opacity.

    Raises:
        UnusablePhotographError: the file would become too large for its kind.
        pyvips.Error: the pixels cannot be encoded.
    """
    drawn = {pages.first: (read_layout(pages.first), samples)}
    for page, layout in read_reduced(pages):
        drawn[page] = layout, _reduce(samples, layout)
    rewriting = Rewriting([pages.first, *pages.reduced], pages.masks)
    for place, content in renew_thumbnails(pages.first, samples):
        rewriting.overwrite(place, content)
    changes = {}
    for page, (layout, picture) in drawn.items():
        form = choose_form(layout, picture)
        blocks = pack_blocks(_store(picture, form, page, layout), form, page.dialect.order)
        changes[page] = rewriting.store(blocks), *tags_of(form, layout)
    for page in (*reversed(pages.reduced), pages.first):
        if page in changes:
            rewriting.replace(page, *changes[page])
        else:
            rewriting.drop(page)
    return rewriting.finish()


def read_reduced(pages: Pages) -> list[tuple[Directory, Layout]]:
    """Return the smaller copies of the photograph that can be drawn, and how they are stored."""
    found = []
    for page in pages.reduced:
        with suppress(UnreadablePhotographError):
            found.append((page, read_layout(page)))
    return found


def _store(samples: Samples, form: Layout, page: Directory, layout: Layout) -> Samples:
    """Return samples as the form stores them, with the original's extra ones."""
    colours, alpha = samples[..., : form.colours], samples[..., form.colours :]
    if form.photometric == WHITE_IS_ZERO:
        colours = np.iinfo(colours.dtype).max - colours
    if form.associated:
        colours = _multiply(colours, alpha)
    if len(form.extra) == alpha.shape[2]:
        return np.concatenate([colours, alpha], axis=2)
    stored = np.array(decode_all(page, layout, "none").numpy())
    stored[..., : form.colours] = colours
    if form.alpha is not None:
        stored[..., form.alpha] = alpha[..., 0]
    return stored


def _multiply(colours: Samples, alpha: Samples) -> Samples:
    """Multiply colours by opacity, so that dividing gives the same again."""
    top = np.iinfo(colours.dtype).max
    products = np.empty_like(colours)
    for row in range(len(colours)):  # with 64 bits a sample, all rows would take much memory
        product = colours[row].astype(np.uint64) * alpha[row]
        products[row] = (2 * product + top) // (2 * top)
    return products


def _reduce(samples: Samples, layout: Layout) -> Samples:
    """Draw a photograph at the size, depth and channels of a smaller copy."""
    image = to_vips(samples)
    image = image.resize(layout.width / image.width, vscale=layout.height / image.height)
    image = image.gravity("centre", layout.width, layout.height, extend="copy")
    wide = layout.bits == 16 and samples.dtype == np.uint16
    names = ("grey16", "rgb16") if wide else ("b-w", "srgb")
    colours = image.colourspace(names[layout.colours >= 3])
    if not colours.hasalpha() and layout.alpha is not None:
        colours = colours.addalpha()
    if colours.hasalpha() and layout.alpha is None:
        colours = colours.extract_band(0, n=colours.bands - 1)
    return np.asarray(colours.numpy()).reshape(layout.height, layout.width, colours.bands)
