"""Damaged and crafted files are photographs, or are refused; they never crash, hang or grow."""

from functools import cache
from typing import Any

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rr_tasks.confinement.limits import MIB, Limits
from rr_tasks.confinement.process import confined
from rr_tasks.photographs.confined import develop_in_steps, encode_in_one_step
from rr_tasks.photographs.formats.base import UnusablePhotographError
from rr_tasks.photographs.photograph import Photograph
from tests import makers

LIMITS = Limits(seconds=60.0, memory=1024 * MIB)
"""So that even a busy machine decodes what is drawn here in a hundredth of it."""
PIXELS = 4_000_000
EXTREMES = (0, 1, 2, 0x7F, 0x80, 0xFF, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFE, 0xFFFFFFFF)


@cache
def whole(kind: str) -> bytes:
    colour, grey = makers.scene(60, 40), makers.scene(60, 40, 1)
    clear = makers.scene(60, 40, 4, np.uint16)
    made: dict[str, Any] = {
        "jpeg": lambda: makers.jpeg(colour, orientation=6),
        "progressive": lambda: makers.jpeg(colour, interlace=True),
        "png": lambda: makers.png(clear),
        "grey png": lambda: makers.png(grey),
        "webp": lambda: makers.vips(colour).webpsave_buffer(lossless=True),
        "tiff": lambda: makers.vips(colour).tiffsave_buffer(compression="lzw", predictor="none"),
        "tiles": lambda: makers.vips(colour).tiffsave_buffer(
            tile=True, tile_width=16, tile_height=16, compression="jpeg"
        ),
        "pyramid": lambda: makers.vips(clear).tiffsave_buffer(
            pyramid=True, tile=True, bigtiff=True, compression="deflate"
        ),
        "bmp": cv2.imencode(".bmp", colour)[1].tobytes,
        "gif": lambda: makers.vips(colour).gifsave_buffer(),
    }
    return bytes(made[kind]())


KINDS = (
    *("jpeg", "progressive", "png", "grey png", "webp", "gif", "bmp"),
    *("tiff", "tiles", "pyramid"),
)


@st.composite
def files(draw: st.DrawFn) -> bytes:
    """A whole file with up to six changes: other bytes, numbers, holes, repetitions, an end."""
    data = bytearray(whole(draw(st.sampled_from(KINDS))))
    for _ in range(draw(st.integers(1, 6))):
        if not data:
            break
        place = draw(st.integers(0, len(data) - 1))
        length = draw(st.sampled_from((1, 2, 4, 12, 64, 500)))
        match draw(st.sampled_from(("bytes", "number", "hole", "repeat", "cut", "zeros"))):
            case "bytes":
                data[place : place + length] = draw(st.binary(min_size=length, max_size=length))
            case "number":
                number, size = draw(st.sampled_from(EXTREMES)), draw(st.sampled_from((1, 2, 4, 8)))
                order = draw(st.sampled_from(("little", "big")))
                data[place : place + size] = (number % 256**size).to_bytes(size, order)
            case "hole":
                del data[place : place + length]
            case "repeat":
                times = draw(st.integers(1, 300))
                data[place:place] = data[place : place + length] * times
            case "cut":
                del data[place:]
            case "zeros":
                data[place : place + length] = bytes(length)
    return bytes(data)


def develop(data: bytes, salvage: bool) -> Photograph | str:
    """Return what `rr restore` makes of a file: a photograph, or the reason why there is none."""
    with confined(develop_in_steps, data, PIXELS, salvage) as steps:
        try:
            steps.take(LIMITS)
            return steps.take(LIMITS)
        except UnusablePhotographError as error:
            return str(error)


def encode(photograph: Photograph) -> bytes | str:
    with confined(encode_in_one_step, photograph, photograph.pixels // 2) as steps:
        try:
            return steps.take(LIMITS)
        except UnusablePhotographError as error:
            return str(error)


@pytest.mark.fuzz
@given(files(), st.booleans())
def test_a_file_is_a_photograph_or_is_refused_with_one_line(data: bytes, salvage: bool) -> None:
    found: Any = develop(data, salvage)
    if isinstance(found, Photograph):
        height, width, channels = found.pixels.shape
        assert channels == 3
        assert 0 < height * width <= PIXELS
        found = encode(found)
    assert found
    assert isinstance(found, bytes) or "\n" not in found
