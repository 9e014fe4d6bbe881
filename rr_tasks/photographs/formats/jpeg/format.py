"""JPEG: quality 95, the source's chroma resolution, and all that its other segments carry."""

import cv2
import numpy as np
import pyvips

from rr_tasks.photographs.formats.base import Facts, UnreadablePhotographError
from rr_tasks.photographs.formats.jpeg import xmp
from rr_tasks.photographs.formats.jpeg.carried import carry_segments, carry_tail
from rr_tasks.photographs.formats.jpeg.damage import find_damage
from rr_tasks.photographs.formats.jpeg.losses import name_losses
from rr_tasks.photographs.formats.jpeg.multipicture import (
    is_list,
    list_pictures,
    update_list,
)
from rr_tasks.photographs.formats.jpeg.segments import (
    EOI,
    SOI,
    START_OF_SCAN,
    Frame,
    Layout,
    Segment,
    read_layout,
)

QUALITY = 95
_OPENCV_CHROMA = {
    (2, 1): cv2.IMWRITE_JPEG_SAMPLING_FACTOR_422,
    (1, 2): cv2.IMWRITE_JPEG_SAMPLING_FACTOR_440,
    (4, 1): cv2.IMWRITE_JPEG_SAMPLING_FACTOR_411,
}
"""Chroma resolutions that libvips does not write."""
_MOST_SCANS = 100
"""Each takes as long as all of the picture, however few bytes it has; libvips reads no more."""
_ROUNDS = 3
"""A longer number makes the file longer, which may make the number longer once more."""
_KINDS = {
    **dict.fromkeys((0xC3, 0xCB), "it is a lossless JPEG"),
    **dict.fromkeys((0xC5, 0xC6, 0xC7, 0xCD, 0xCE, 0xCF), "it is a hierarchical JPEG"),
    0xF7: "it is a JPEG-LS image",
}


class JpegFormat:
    """The JPEG file format."""

    name = "JPEG"

    def matches(self, data: bytes) -> bool:
        """Tell from the first bytes whether this is the format of a file."""
        return data.startswith(SOI)

    def load(self, data: bytes, salvage: bool = False) -> pyvips.Image:
        """Open a file as its segments were found; the decoder stops at truncated data."""
        layout = read_layout(data)
        _check_scans(layout)
        if layout.frame is not None:
            _check_kind(layout.frame)
        elif not layout.ended:
            raise UnreadablePhotographError("the JPEG data is truncated")
        if salvage:  # more can be read of a restart behind damage than of segments within it
            return pyvips.Image.jpegload_buffer(data, access="sequential", fail_on="none")
        coherent = b"".join([SOI, *(part.data for part in layout.segments), EOI])
        return pyvips.Image.jpegload_buffer(coherent, access="sequential", fail_on="error")

    def damage(self, data: bytes) -> str | None:
        """Read all codes once more, since libvips passes over most errors in them."""
        return find_damage(read_layout(data))

    def refusal(self, data: bytes, facts: Facts) -> str | None:
        """Refuse nothing."""
        del data, facts
        return None

    def losses(self, data: bytes, facts: Facts) -> tuple[str, ...]:
        """Lose what tells of the very pixels or bytes of the source."""
        del facts
        return name_losses(data, read_layout(data))

    def lossless(self, data: bytes, facts: Facts) -> bool:
        """Keep no sample exactly."""
        del data, facts
        return False

    def save(self, image: pyvips.Image, source: bytes, facts: Facts) -> bytes:
        """Encode with the source's chroma resolution, or a finer one where it is unusual."""
        del facts
        frame = read_layout(source).frame
        chroma = frame.chroma if frame else (1, 1)
        progressive = frame is not None and frame.progressive
        if chroma in _OPENCV_CHROMA and image.bands == 3:
            return _save_with_opencv(image, _OPENCV_CHROMA[chroma], progressive)
        encoded: bytes = image.jpegsave_buffer(
            Q=QUALITY,
            subsample_mode="on" if chroma == (2, 2) else "off",
            interlace=progressive,
            keep="none",
        )
        return encoded

    def transplant(self, encoded: bytes, source: bytes) -> bytes:
        """Put the source's other segments around the encoder's, and append what lay behind.

        Where the first picture ends may change; everything that depends on it is corrected.
        """
        layout = read_layout(source)
        tail = carry_tail(source, layout, encoded)
        head = [
            part
            for part in carry_segments(layout, encoded)
            if not is_list(part) or _lists(part, layout.end, tail)
        ]
        late = [part.data for part in layout.segments[len(layout.head) :] if part.descriptive]
        coded = [part.data for part in read_layout(encoded).segments if not part.descriptive]
        picture = b"".join([*coded, *late, EOI])
        end, head = _place(head, layout.end, len(SOI + picture))
        return b"".join([SOI, *_join(head, end, end - layout.end), picture, tail])


def _check_scans(layout: Layout) -> None:
    scans = sum(part.marker == START_OF_SCAN for part in layout.segments)
    if scans > _MOST_SCANS:
        raise UnreadablePhotographError(
            f"its {scans:,} scans are more than a photograph has, as in a file that is made to "
            "take for ever; save it again if it is genuine"
        )


def _check_kind(frame: Frame) -> None:
    if frame.marker in _KINDS:
        raise UnreadablePhotographError(
            f"{_KINDS[frame.marker]}, which is not supported; convert it to PNG or TIFF"
        )
    if frame.bits == 12:
        raise UnreadablePhotographError(
            "its samples have 12 bits, which cannot be read; convert it to 16-bit TIFF"
        )
    if frame.height == 0:
        raise UnreadablePhotographError(
            "its height stands behind the picture (in a DNL segment), which is not supported"
        )


def _save_with_opencv(image: pyvips.Image, chroma: int, progressive: bool) -> bytes:
    options = {
        cv2.IMWRITE_JPEG_QUALITY: QUALITY,
        cv2.IMWRITE_JPEG_SAMPLING_FACTOR: chroma,
        cv2.IMWRITE_JPEG_PROGRESSIVE: int(progressive),
    }
    samples = cv2.cvtColor(image.numpy(), cv2.COLOR_RGB2BGR)
    _, encoded = cv2.imencode(".jpg", samples, [n for pair in options.items() for n in pair])
    return np.asarray(encoded).tobytes()


def _lists(part: Segment, end: int, tail: bytes) -> bool:
    """Tell whether all pictures of a list are there; some programs leave it behind without them."""
    pictures = list_pictures(part)
    ends = [picture.end - end for picture in pictures if picture.start >= end]
    return len(ends) == len(pictures) > 0 and max(ends) <= len(tail)


def _place(head: list[Segment], old_end: int, rest: int) -> tuple[int, list[Segment]]:
    """Return where the picture will end, and the segments that state its length corrected."""
    end, placed = old_end, head
    for _ in range(_ROUNDS):
        placed = [_lengthen(part, end - old_end) for part in head]
        end = rest + sum(len(part.data) for part in placed)
    return end, placed


def _lengthen(part: Segment, growth: int) -> Segment:
    if not part.body.startswith(xmp.HEADER):
        return part
    packet = part.body[len(xmp.HEADER) :]
    return part.with_body(xmp.HEADER + xmp.lengthen_primary(packet, growth))


def _join(head: list[Segment], end: int, shift: int) -> list[bytes]:
    """Return the segments' bytes, with the lists of pictures for their new places."""
    parts, start = [], len(SOI)
    for part in head:
        parts.append(update_list(part, start, end, shift) if is_list(part) else part.data)
        start += len(part.data)
    return parts
