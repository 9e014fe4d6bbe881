"""The form in which restored pixels are stored: the original's, or one that can hold them."""

from dataclasses import replace

import numpy as np

from rr_tasks.photographs.formats.directory import LONG, SHORT, Tags
from rr_tasks.photographs.formats.tiff.layout import (
    BLACK_IS_ZERO,
    DEFLATE,
    JPEG,
    LZW,
    PACKBITS,
    PLAIN,
    PREDICTED,
    RGB,
    UNASSOCIATED,
    UNSIGNED,
    WHITE_IS_ZERO,
    YCBCR,
    Layout,
)
from rr_tasks.photographs.pixels import Samples

_LOSSLESS = {PLAIN, LZW, DEFLATE, PACKBITS}
_HALVED = {(1, 1), (2, 1), (1, 2), (2, 2), (4, 1)}
_MOST_ROWS = 2**15  # of a strip that libvips can compress

_STALE = {
    *(266, 347, *range(512, 522)),  # bit order, and JPEG tables, which now are in each block
    *(280, 281, 340, 341),  # smallest and largest sample
    37724,  # Photoshop's layers
}
"""Tags that are about the original's pixels."""
_OF_ANOTHER_FORM = {301, 320, *range(332, 337), 339, 529, 531, 532}
_PROFILE = 34675


def choose_form(layout: Layout, samples: Samples) -> Layout:
    """Choose how restored samples are stored: as the original's, if they fit.

    Args:
        layout: of the original.
        samples: (H, W, C), grey or RGB, with or without opacity.
    """
    channels, bits = samples.shape[2], samples.dtype.itemsize * 8
    form = layout
    if not _keeps_form(layout, channels, bits):
        form = replace(
            layout,
            bits=bits,
            kind=UNSIGNED,
            photometric=RGB if channels >= 3 else BLACK_IS_ZERO,
            samples=channels,
            extra=(UNASSOCIATED,) if channels in (2, 4) else (),
            separate=False,
        )
    if form.compression == JPEG and form.bits == 8 and not form.extra:
        if form.photometric == RGB:
            form = replace(form, photometric=YCBCR, halved=(1, 1), separate=False)
        return form if form.halved in _HALVED else replace(form, halved=(2, 2))
    if form.compression not in _LOSSLESS:
        form = replace(form, compression=DEFLATE)
    if not form.tiled and form.block[0] > _MOST_ROWS:
        form = replace(form, block=(_MOST_ROWS, form.width))
    return form


def _keeps_form(layout: Layout, channels: int, bits: int) -> bool:
    """Tell whether grey or RGB samples can be stored as the original's are."""
    kept = {WHITE_IS_ZERO, BLACK_IS_ZERO, RGB} | ({YCBCR} if layout.compression == JPEG else set())
    return (
        layout.photometric in kept
        and (layout.bits, layout.kind) == (bits, UNSIGNED)
        and channels == layout.colours + (layout.alpha is not None)
    )


def tags_of(form: Layout, original: Layout) -> tuple[Tags, set[int]]:
    """Return the tags that tell decoders of a form, and those of the original that do not hold."""
    shorts = {259: [form.compression], 262: [form.photometric]}
    if (form.bits, form.samples) != (original.bits, original.samples):
        shorts |= {258: [form.bits] * form.samples, 277: [form.samples]}
    removed = {*_STALE, 317, 530}
    if form.compression in PREDICTED:
        shorts[317] = [2]
    if form.photometric == YCBCR:
        shorts[530] = [*form.halved]
    if form.separate != original.separate:
        shorts[284] = [1]
    if form.extra != original.extra:
        removed |= {338}
        shorts |= {338: [*form.extra]} if form.extra else {}
    if form.photometric != original.photometric or form.kind != original.kind:
        removed |= _OF_ANOTHER_FORM
    if original.recoloured:
        removed |= {_PROFILE}  # the colours are sRGB now
    tags: Tags = {tag: (SHORT, np.array(values)) for tag, values in shorts.items()}
    if not form.tiled:
        tags[278] = LONG, np.array([form.block[0]])
    return tags, removed
