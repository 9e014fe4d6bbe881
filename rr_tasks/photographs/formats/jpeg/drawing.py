"""Small pictures of a photograph, drawn in the place of older ones."""

import pyvips

from rr_tasks.photographs.formats.jpeg.segments import EOI, SOI, read_layout

_QUALITIES = (90, 80, 70, 60, 50, 40, 30, 20, 10, 1)
_SAME_SHAPE = 1.02


def redraw(old: bytes, photograph: bytes, head: bytes = b"") -> bytes | None:
    """Draw a photograph as small as an older JPEG, whose place it takes.

    It is as long as the old one, so that nothing moves: fill bytes before the end marker are valid.
    Where its shape is another, black bars are added.

    Args:
        old: a JPEG file.
        photograph: a file of any format, without metadata.
        head: application segments for the result.

    Returns:
        The picture; None if the old one cannot be read, is larger than the photograph, or leaves
        too little room.
    """
    try:
        before = pyvips.Image.jpegload_buffer(old)
        now = pyvips.Image.new_from_buffer(photograph, "")
        if before.width > now.width or before.height > now.height:
            return None
        image = _shrink(photograph, before.width, before.height).copy_memory()
        for quality in _QUALITIES:
            encoded = bytes(image.jpegsave_buffer(Q=quality, optimize_coding=True, keep="none"))
            layout = read_layout(encoded)
            coded = b"".join(part.data for part in layout.segments if not part.descriptive)
            room = len(old) - len(SOI + head + coded + EOI)
            if room >= 0:
                return SOI + head + coded + b"\xff" * room + EOI
    except pyvips.Error:
        return None
    return None


def _shrink(photograph: bytes, width: int, height: int) -> pyvips.Image:
    image = pyvips.Image.thumbnail_buffer(photograph, width, height=height, no_rotate=True)
    stretch = width * image.height / (height * image.width)
    if 1 / _SAME_SHAPE < stretch < _SAME_SHAPE:
        return pyvips.Image.thumbnail_buffer(
            photograph, width, height=height, no_rotate=True, size="force"
        )
    return image.gravity("centre", width, height)
