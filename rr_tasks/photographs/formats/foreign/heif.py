"""HEIC, as phones write it, and AVIF: pictures coded as video frames are, in one container."""

import struct
from typing import Any

import numpy as np
import pyvips

from rr_tasks.photographs.formats.base import Facts, UnreadablePhotographError, to_vips
from rr_tasks.photographs.formats.directory import Dialect, read_directory
from rr_tasks.photographs.formats.foreign.base import ForeignFormat
from rr_tasks.photographs.formats.pillow import attach_metadata

_AVIF = {b"avif", b"avis"}
_HEIC = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}
_SEQUENCES = {b"avis", b"hevc", b"hevx", b"msf1"}
_BOX, _BRAND = 8, 4
_ERRORS = (OSError, ValueError, RuntimeError, EOFError, SyntaxError, LookupError)
"""What pillow-heif raises for damaged files."""
_COLOURS = b"colrnclx"
"""Starts a box that says by numbers what colours mean."""
_EXIF, _PREFIX, _ORIENTATION = "exif-data", b"Exif\0\0", 274
_HDR = (16, 18)
"""Transfer functions PQ and HLG."""


class AvifFormat(ForeignFormat):
    """AVIF, which libvips reads."""

    name = "AVIF"

    def matches(self, data: bytes) -> bool:
        """Tell by the brands that the file names."""
        return bool(_AVIF & set(_brands(data)))

    def load(self, data: bytes, salvage: bool = False) -> pyvips.Image:
        """Open a file."""
        fail_on = "none" if salvage else "error"
        image = pyvips.Image.heifload_buffer(data, access="sequential", fail_on=fail_on)
        return _say_upright(image)

    def refusal(self, data: bytes, facts: Facts) -> str | None:
        """Refuse sequences and what is coded for HDR screens."""
        place = data.find(_COLOURS) + len(_COLOURS) + 2  # behind the primaries
        coded = data[place : place + 2] if _COLOURS in data else b""
        return _refuse(data, int(facts.get("n-pages", 1)), int.from_bytes(coded))

    def lossy(self, data: bytes) -> bool:
        """Nearly all are, and which are not no header says."""
        del data
        return True


class HeicFormat(ForeignFormat):
    """HEIC, which needs an extra."""

    name = "HEIC"

    def matches(self, data: bytes) -> bool:
        """Tell by the brands that the file names."""
        return bool(_HEIC & set(_brands(data)))

    def declared_size(self, data: bytes) -> tuple[int, int]:
        """Read width and height."""
        width, height = _open(data).size
        return int(width), int(height)

    def load(self, data: bytes, salvage: bool = False) -> pyvips.Image:
        """Decode a file with its 8 or more bits."""
        del salvage
        from pillow_heif import set_orientation  # noqa: PLC0415 - an extra, see `_open`

        file = _open(data)
        try:
            image = to_vips(np.atleast_3d(np.asarray(file)))
        except _ERRORS as error:
            raise pyvips.Error(str(error)) from error
        set_orientation(file.info)  # pixels are upright already
        attach_metadata(image, file.info)
        return image

    def refusal(self, data: bytes, facts: Facts) -> str | None:
        """Refuse sequences and what is coded for HDR screens."""
        del facts
        file = _open(data)
        colours = file.info.get("nclx_profile") or {}
        return _refuse(data, len(file), colours.get("transfer_characteristics"))

    def losses(self, data: bytes, facts: Facts) -> tuple[str, ...]:
        """Lose the coding, and pictures beside the main one."""
        del facts
        info = _open(data).info
        depth = ("depth map",) if info.get("depth_images") else ()
        others = ("gain map or other second picture",) if info.get("aux") else ()
        return (f"{self.name} coding", *depth, *others)

    def lossy(self, data: bytes) -> bool:
        """Nearly all are, and which are not no header says."""
        del data
        return True


def _open(data: bytes) -> Any:
    try:
        import pillow_heif  # noqa: PLC0415 - an extra
    except ImportError:
        raise UnreadablePhotographError(
            "it is a HEIC image, which the extra `heic` reads: "
            "pip install 'reason-and-restore[heic]'"
        ) from None
    try:
        file = pillow_heif.open_heif(data, convert_hdr_to_8bit=False)
    except _ERRORS as error:
        raise pyvips.Error(str(error)) from error
    if not len(file):
        raise pyvips.Error("there is no picture")
    return file


def _say_upright(image: pyvips.Image) -> pyvips.Image:
    """Correct the orientation in EXIF: only boxes of the file turn pixels, and they have."""
    exif = image.get(_EXIF) if image.get_typeof(_EXIF) else b""
    block = exif.removeprefix(_PREFIX)
    dialect = Dialect.of(block)
    directory = None if dialect is None else read_directory(block, dialect, dialect.first)
    turn = None if directory is None else directory.find(_ORIENTATION)
    if dialect is None or turn is None:
        return image
    upright = bytearray(exif)
    struct.pack_into(f"{dialect.order}H", upright, len(exif) - len(block) + turn.values, 1)
    image = image.copy()
    image.set_type(pyvips.GValue.blob_type, _EXIF, bytes(upright))
    return image


def _refuse(data: bytes, pictures: int, transfer: int | None) -> str | None:
    if transfer in _HDR:
        return "its brightness is coded for HDR screens (PQ or HLG), which is not read"
    if data[_BOX : _BOX + _BRAND] in _SEQUENCES:
        return "it is an animation, not a photograph"
    return f"it holds {pictures} pictures, not one photograph" if pictures > 1 else None


def _brands(data: bytes) -> list[bytes]:
    """List the names of formats by which a file's first box calls it."""
    if data[4:_BOX] != b"ftyp":
        return []
    (length,) = struct.unpack_from(">I", data)
    brands = data[_BOX : min(length, len(data))]
    found = [brands[start : start + _BRAND] for start in range(0, len(brands), _BRAND)]
    return found[:1] + found[2:]  # between them is a version
