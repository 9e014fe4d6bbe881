"""Makes ICC profiles and converts to their colours without the code under test."""

import struct
from dataclasses import dataclass
from typing import Any

import numpy as np

_WHITE = (0.9642, 1.0, 0.8249)  # D50
_SRGB = ((0.43607, 0.22249, 0.01392), (0.38515, 0.71687, 0.09708), (0.14307, 0.06061, 0.7141))


@dataclass(frozen=True)
class Colours:
    """Three primaries (XYZ at D50) or none, which is grey, and a gamma."""

    name: str
    primaries: tuple[tuple[float, float, float], ...]
    gamma: float

    @property
    def icc(self) -> bytes:
        """An ICC profile of version 2."""
        curve = b"curv" + bytes(4) + struct.pack(">IH", 1, round(self.gamma * 256))
        name = self.name.encode() + b"\0"
        tags = [
            (b"desc", b"desc" + bytes(4) + struct.pack(">I", len(name)) + name + bytes(78)),
            (b"cprt", b"text" + bytes(4) + b"none\0"),
            (b"wtpt", _xyz(_WHITE)),
        ]
        if self.primaries:
            columns = zip((b"rXYZ", b"gXYZ", b"bXYZ"), self.primaries, strict=True)
            tags += [(sign, _xyz(column)) for sign, column in columns]
            tags += [(sign, curve) for sign in (b"rTRC", b"gTRC", b"bTRC")]
        else:
            tags.append((b"kTRC", curve))
        return _file(b"RGB " if self.primaries else b"GRAY", tags)

    def of_srgb(self, pixels: np.ndarray, dtype: type[np.unsignedinteger[Any]]) -> np.ndarray:
        """What a file with this profile holds to look like (H, W, 3) sRGB pixels."""
        light = _decode(pixels / np.iinfo(pixels.dtype).max)
        if self.primaries:
            own = light @ (np.linalg.inv(np.array(self.primaries).T) @ np.array(_SRGB).T).T
        else:
            own = light[..., :1]
        coded = own.clip(0, 1) ** (256 / round(256 * self.gamma))
        return np.rint(coded * np.iinfo(dtype).max).astype(dtype)


P3 = Colours(
    "P3",
    ((0.51512, 0.2412, -0.00105), (0.29198, 0.69225, 0.04189), (0.1571, 0.06657, 0.78407)),
    2.2,
)
ADOBE = Colours(
    "Adobe",
    ((0.60974, 0.31111, 0.01947), (0.20528, 0.62567, 0.06087), (0.14919, 0.06322, 0.74457)),
    2.2,
)
PROPHOTO = Colours(
    "ProPhoto", ((0.79767, 0.28804, 0.0), (0.13519, 0.71187, 0.0), (0.03135, 0.00009, 0.8249)), 1.8
)
LINEAR = Colours("linear", _SRGB, 1.0)
GREY = Colours("grey", (), 1.8)


def _decode(codes: np.ndarray) -> np.ndarray:
    return np.where(codes <= 0.04045, codes / 12.92, ((codes + 0.055) / 1.055) ** 2.4)


def _xyz(values: tuple[float, float, float]) -> bytes:
    return b"XYZ " + bytes(4) + b"".join(map(_fixed, values))


def _fixed(value: float) -> bytes:
    return struct.pack(">i", round(value * 65536))


def _file(space: bytes, tags: list[tuple[bytes, bytes]]) -> bytes:
    place, table, body = 132 + 12 * len(tags), b"", b""
    for sign, value in tags:
        table += sign + struct.pack(">II", place + len(body), len(value))
        body += value + b"\0" * (-len(value) % 4)
    head = struct.pack(
        ">I4sI4s4s4s", place + len(body), b"none", 0x02100000, b"mntr", space, b"XYZ "
    )
    head += struct.pack(">6H", 2020, 1, 1, 0, 0, 0) + b"acsp" + bytes(28)
    head += b"".join(map(_fixed, _WHITE))
    return head.ljust(128, b"\0") + struct.pack(">I", len(tags)) + table + body
