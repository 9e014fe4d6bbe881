"""What else a TIFF file holds is redrawn, kept, or a reason to leave the file alone."""

import base64
import io
from typing import Any

import numpy as np
import pytest
import pyvips
from PIL import Image

from rr_tasks.photographs.encoding import encode
from rr_tasks.photographs.formats.base import ProtectedPhotographError, UnreadablePhotographError
from rr_tasks.photographs.formats.tiff.decoding import decode
from rr_tasks.photographs.formats.tiff.layout import read_layout
from rr_tasks.photographs.formats.tiff.pages import Pages, read_pages
from rr_tasks.photographs.negative import open_photograph
from tests.tiffs import Page, tiff

FULL, REDUCED, MASK = ({254: (4, [kind])} for kind in (0, 1, 4))


def blacken(original: bytes) -> Pages:
    photograph = open_photograph(original).develop()
    assert photograph.lost == ()
    return read_pages(encode(photograph, np.zeros_like(photograph.pixels)))


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("big", [False, True])
@pytest.mark.parametrize("inside", [False, True])
def test_thumbnails_and_pyramids_show_the_restored_photograph(
    make: Any, order: Any, big: bool, inside: bool
) -> None:
    samples = make.scene(dtype=np.uint16)
    small = [
        Page(samples[::2, ::2], REDUCED, tile=16),
        Page(make.scene(12, 8), REDUCED),
        Page(make.scene(12, 8, bands=1), REDUCED | {262: (3, [0])}),
    ]
    photograph = Page(samples, FULL, pages=small if inside else ())
    pages = blacken(tiff(photograph, *([] if inside else small), order=order, big=big))
    found = [read_layout(page) for page in pages.reduced]
    assert [(f.width, f.height, f.bits, f.colours) for f in found] == [
        *((24, 16, 16, 3), (12, 8, 8, 3), (12, 8, 8, 1))
    ]
    for page, layout in zip(pages.reduced, found, strict=True):
        assert decode(page, layout).max() == 0


def test_thumbnails_are_drawn_alike(make: Any) -> None:
    samples = make.scene()
    photograph = open_photograph(
        tiff(Page(samples, FULL), Page(np.zeros((8, 12, 3), np.uint8), REDUCED))
    ).develop()
    with Image.open(io.BytesIO(encode(photograph, photograph.pixels))) as image:
        image.seek(1)
        thumbnail = np.asarray(image)
    wanted = samples.reshape(8, 4, 12, 4, 3).mean((1, 3))
    assert np.abs(thumbnail - wanted).max() < 4


def test_thumbnails_within_metadata_are_redrawn_where_they_are(make: Any) -> None:
    small = bytes(make.vips(make.scene(24, 16)).jpegsave_buffer(Q=95, keep="none"))
    resource = b"8BIM\x04\x0c\0\0" + (28 + len(small)).to_bytes(4) + bytes(28) + small
    xmp = b"<xmpGImg:image>" + base64.b64encode(small) + b"</xmpGImg:image>"
    original = tiff(Page(make.scene(dtype=np.uint16), {34377: (7, resource), 700: (1, xmp)}))
    photograph = open_photograph(original).develop()
    restored = encode(photograph, np.zeros_like(photograph.pixels))
    place = original.index(resource)
    drawn = restored[place + 40 : place + len(resource)]
    assert pyvips.Image.jpegload_buffer(drawn).max() == 0
    place = original.index(xmp)
    packet = restored[place : place + len(xmp)]
    drawn = base64.b64decode(packet.removeprefix(b"<xmpGImg:image>").split(b"<")[0])
    assert pyvips.Image.jpegload_buffer(drawn).max() == 0


def test_masks_stay_as_they_are(make: Any) -> None:
    mask = make.scene(bands=1)
    pages = blacken(tiff(Page(make.scene(), FULL), Page(mask, MASK | {262: (3, [4])})))
    (page,) = pages.masks
    place = page.number(273)
    assert page.data[place : place + mask.size] == mask.tobytes()


def test_a_thumbnail_that_cannot_be_redrawn_is_named_and_dropped(make: Any) -> None:
    old = Page(make.scene(12, 8), {259: (3, [6]), 513: (4, [8])})
    original = tiff(Page(make.scene()), old, Page(make.scene(6, 4), REDUCED))
    photograph = open_photograph(original).develop()
    assert photograph.lost == ("thumbnail",)
    pages = read_pages(encode(photograph, photograph.pixels))
    assert [page.number(256) for page in pages.reduced] == [6]


def test_several_pictures_are_left_alone(make: Any) -> None:
    full = Page(make.scene(), FULL)
    thumbnail = Page(make.scene(12, 8), REDUCED)
    raw = Page(make.scene(12, 8), REDUCED, pages=[full])
    for reason, pages in {
        "it has 2 pages": [full, full],
        "it has 3 pages": [full, full, thumbnail, full],
        "it begins with a thumbnail": [raw],
        "it has more than 100 pages": [full] * 101,
    }.items():
        with pytest.raises(ProtectedPhotographError, match=reason):
            open_photograph(tiff(*pages))
    with pytest.raises(ProtectedPhotographError, match="begins with a thumbnail"):
        open_photograph(tiff(thumbnail, full))


def test_raw_files_are_called_so_whatever_they_begin_with(make: Any) -> None:
    sensor = Page(make.scene(bands=1), FULL | {262: (3, [32803])})
    for preview in (Page(make.scene(12, 8), REDUCED), Page(make.scene(12, 8), {259: (3, [6])})):
        preview.pages = [sensor]
        with pytest.raises(UnreadablePhotographError, match="a camera's raw file"):
            open_photograph(tiff(preview))
    with pytest.raises(UnreadablePhotographError, match="a camera's raw file"):
        open_photograph(tiff(Page(make.scene(), {50706: (1, b"\1\4\0\0")})))


@pytest.mark.parametrize("drawn", [True, False])
def test_thumbnails_that_are_listed_and_chained_are_no_loop(make: Any, drawn: bool) -> None:
    other = {} if drawn else {262: (3, [8])}
    small = [Page(make.scene(12, 8), REDUCED | other), Page(make.scene(6, 4), REDUCED)]
    original = bytearray(tiff(Page(make.scene(), FULL, pages=small)))
    first, second = read_pages(bytes(original)).reduced
    original[first.next.place : first.next.place + 4] = second.place.to_bytes(4, "little")
    photograph = open_photograph(bytes(original)).develop()
    pages = read_pages(encode(photograph, np.zeros_like(photograph.pixels)))
    shown = [decode(page, read_layout(page)) for page in (pages.first, *pages.reduced)]
    assert [image.width for image in shown] == ([48, 12, 6] if drawn else [48, 6])
    assert [image.max() for image in shown] == [0] * len(shown)
    assert len(pages.reduced[-1].references) == 2


def test_directories_that_lead_back_are_damage(make: Any) -> None:
    original = bytearray(tiff(Page(make.scene())))
    original[-4:] = original[4:8]
    with pytest.raises(UnreadablePhotographError, match="form a loop"):
        open_photograph(bytes(original))
