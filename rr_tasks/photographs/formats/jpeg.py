"""JPEG: quality 95 with the source's chroma resolution and unchanged application segments."""

from collections.abc import Iterator

import pyvips

from rr_tasks.photographs.formats.base import Facts

QUALITY = 95
_START_OF_SCAN, _COMMENT, _APP0, _APP15 = 0xDA, 0xFE, 0xE0, 0xEF
_KEPT = {
    0xE0: (b"JFIF\0",),
    0xE1: (b"",),  # EXIF and XMP, also in several parts
    0xE2: (b"ICC_PROFILE\0",),
    0xED: (b"",),  # IPTC
    _COMMENT: (b"",),
}
# not kept: a second image behind the first (MPF), whose place changes, and Adobe's colour flag,
# which tells how the source's pixels were coded


class JpegFormat:
    """The JPEG file format."""

    name = "JPEG"

    def matches(self, data: bytes) -> bool:
        """Tell from the first bytes whether this is the format of a file."""
        return data.startswith(b"\xff\xd8\xff")

    def load(self, data: bytes, salvage: bool = False) -> pyvips.Image:
        """Open a file; the decoder stops at truncated data."""
        return pyvips.Image.jpegload_buffer(
            data, access="sequential", fail_on="none" if salvage else "error"
        )

    def refusal(self, data: bytes, facts: Facts) -> str | None:
        """Refuse nothing."""
        del data, facts
        return None

    def losses(self, data: bytes, facts: Facts) -> tuple[str, ...]:
        """Lose nothing."""
        del data, facts
        return ()

    def lossless(self, data: bytes, facts: Facts) -> bool:
        """Keep no sample exactly."""
        del data, facts
        return False

    def save(self, image: pyvips.Image, source: bytes, facts: Facts) -> bytes:
        """Encode with the source's chroma resolution."""
        del source
        halved = facts.get("jpeg-chroma-subsample", "4:4:4") == "4:2:0"
        encoded: bytes = image.jpegsave_buffer(
            Q=QUALITY, subsample_mode="on" if halved else "off", keep="none"
        )
        return encoded

    def transplant(self, encoded: bytes, source: bytes) -> bytes:
        """Replace all application segments by the source's."""
        kept = [
            segment
            for marker, segment in _segments(source)
            if any(segment[4:].startswith(prefix) for prefix in _KEPT.get(marker, ()))
        ]
        image = [
            segment
            for marker, segment in _segments(encoded)
            if not _APP0 <= marker <= _APP15 and marker != _COMMENT
        ]
        return b"".join([b"\xff\xd8", *kept, *image])


def _segments(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield (marker, bytes) of each segment; the last runs from the start of scan to the end."""
    position = 2
    while position + 4 <= len(data) and data[position] == 0xFF:
        marker = data[position + 1]
        if marker == 0xFF:  # a fill byte
            position += 1
            continue
        if marker == _START_OF_SCAN:
            yield marker, data[position:]
            return
        end = position + 2 + int.from_bytes(data[position + 2 : position + 4])
        yield marker, data[position:end]
        position = end
