import base64
import io
import struct
from typing import Any

import numpy as np
import pytest
import pyvips
from PIL import Image

from rr_tasks.photographs.encoding import encode
from rr_tasks.photographs.formats.jpeg.segments import read_layout
from rr_tasks.photographs.negative import open_photograph
from tests.jpegs import ITEM, XMP, exif_with_thumbnail, packet, pictures, with_pictures

VIDEO = b"\0\0\0\x18ftypmp42" + bytes(4) + b"mp42isom" + bytes(range(256)) * 8


def rewrite(data: bytes, level: int = 60) -> bytes:
    """Write a uniformly grey picture in place of the photograph."""
    photograph = open_photograph(data).develop()
    assert photograph.lost == ()
    return encode(photograph, np.full_like(photograph.pixels, level))


def listed(data: bytes) -> list[bytes]:
    """The pictures that Pillow finds by the list, each from its start to its end."""
    opened: Any = Image.open(io.BytesIO(data))
    entries = opened.mpinfo[0xB002]
    base = data.index(b"MPF\0") + 4
    places = [entry["DataOffset"] and entry["DataOffset"] + base for entry in entries]
    return [
        data[place : place + entry["Size"]] for place, entry in zip(places, entries, strict=True)
    ]


def brightness(jpeg: bytes) -> float:
    return float(pyvips.Image.new_from_buffer(jpeg, "", fail_on="warning").avg())


@pytest.mark.parametrize("first_length", ["0", "right"])
def test_the_video_of_a_motion_photo_stays_where_xmp_says(make: Any, first_length: str) -> None:
    plain = make.jpeg(make.scene(300, 200))
    length = len(plain) + 9_999 if first_length == "right" else 0
    items = ITEM.format("image/jpeg", "Primary", length)
    items += ITEM.format("video/mp4", "MotionPhoto", len(VIDEO))
    offset = f"GCamera:MicroVideo='1' GCamera:MicroVideoOffset='{len(VIDEO)}'"
    data = make.insert(plain, make.segment(0xE1, packet(items, offset))) + VIDEO
    written = rewrite(data)
    assert written.endswith(b"\xff\xd9" + VIDEO)
    end = len(written) - len(VIDEO)
    shift = end - (len(data) - len(VIDEO))
    assert shift < -1000
    assert f"Item:Length='{length and length + shift}'".encode() in written
    assert packet("", offset)[-200:-150] in written


def test_a_gain_map_stays_byte_for_byte_and_its_place_true(make: Any) -> None:
    gain = make.insert(
        make.jpeg(make.scene(30, 20, bands=1)), make.segment(0xE1, XMP + b"<x hdrgm:Version='1'/>")
    )
    items = ITEM.format("image/jpeg", "Primary", 0) + ITEM.format(
        "image/jpeg", "GainMap", len(gain)
    )
    first = make.insert(make.jpeg(make.scene(60, 40)), make.segment(0xE1, packet(items)))
    data = with_pictures(first, [gain], [0])
    assert listed(data)[1] == gain
    written = rewrite(data)
    assert len(written) != len(data)
    shown, there = listed(written)
    assert there == gain
    assert written == shown + gain
    assert brightness(shown) == pytest.approx(60, abs=3)


def test_previews_that_a_list_names_show_the_restored_picture(make: Any) -> None:
    old = make.insert(make.jpeg(make.scene(60, 40)), make.segment(0xFE, b"of the preview"))
    other = make.jpeg(make.scene(20, 20))
    data = with_pictures(make.jpeg(make.scene(120, 80)), [old, other], [0x010001, 0])
    shown, preview, third = listed(rewrite(data))
    for drawn in (shown, preview):
        assert brightness(drawn) == pytest.approx(60, abs=3)
    assert pyvips.Image.new_from_buffer(preview, "").width == 60
    assert (len(preview), b"of the preview" in preview) == (len(old), True)
    assert third == other


def test_a_list_of_pictures_that_are_gone_is_left_out(make: Any) -> None:
    data = with_pictures(make.jpeg(make.scene()), [make.jpeg(make.scene())], [0])
    cut = data[: read_layout(data).end]
    assert b"MPF\0" in rewrite(data)
    assert b"MPF\0" not in rewrite(cut)


@pytest.mark.parametrize("size", [(30, 20), (32, 32)])
def test_the_exif_thumbnail_shows_the_restored_picture(make: Any, size: tuple[int, int]) -> None:
    old = make.jpeg(make.scene(*size))
    block = exif_with_thumbnail(old)
    data = make.insert(make.jpeg(make.scene(90, 60)), make.segment(0xE1, b"Exif\0\0" + block))
    written = rewrite(data, 200)
    place = written.index(block[: -len(old)])  # with the maker note where it was
    thumbnail = written[place + len(block) - len(old) : place + len(block)]
    drawn = pyvips.Image.new_from_buffer(thumbnail, "", fail_on="warning")
    assert (drawn.width, drawn.height) == size
    assert drawn(size[0] // 2, size[1] // 2) == pytest.approx([200] * 3, abs=4)
    assert drawn(2, 2) == pytest.approx([200 if size == (30, 20) else 0] * 3, abs=12)  # bars


@pytest.mark.parametrize("old", [b"no picture at all", b""])
def test_a_thumbnail_that_cannot_be_drawn_is_hidden_and_nothing_moves(
    make: Any, old: bytes
) -> None:
    block = exif_with_thumbnail(old)
    data = make.insert(make.jpeg(make.scene(90, 60)), make.segment(0xE1, b"Exif\0\0" + block))
    written = rewrite(data)
    hidden = block[:22] + bytes(4) + block[26:]
    assert hidden in written


def test_values_behind_a_thumbnail_of_wrong_length_stay(make: Any) -> None:
    old, value = make.jpeg(make.scene(30, 20)), b"some value behind it"
    block = exif_with_thumbnail(old + value)
    data = make.insert(make.jpeg(make.scene(90, 60)), make.segment(0xE1, b"Exif\0\0" + block))
    written = rewrite(data)
    assert value in written
    assert old not in written


def test_thumbnails_of_jfif_photoshop_and_xmp_do_not_show_the_old_picture(make: Any) -> None:
    old = make.jpeg(make.scene(24, 16))
    shown = f"<xmpGImg:image>{base64.b64encode(old).decode()}</xmpGImg:image>"
    small = make.scene(4, 3).tobytes()
    resource = b"8BIM\x04\x0c\0\0" + struct.pack(">I", 28 + len(old)) + bytes(28) + old
    data = make.insert(
        make.jpeg(make.scene(90, 60)),
        make.segment(0xE0, b"JFIF\0\x01\x02\x01\0\x48\0\x48\x04\x03" + small),
        make.segment(0xE0, b"JFXX\0\x10" + old),
        make.segment(0xE1, packet(shown)),
        make.segment(0xED, make.IPTC[:30]),
        make.segment(0xED, b"Photoshop 3.0\0" + make.IPTC[30:] + resource + b"\0" * (len(old) % 2)),
    )
    written = rewrite(data)
    assert old not in written
    assert small not in written
    assert b"JFXX" not in written
    assert make.segment(0xE0, b"JFIF\0\x01\x02\x01\0\x48\0\x48\0\0") in written
    assert make.segment(0xED, make.IPTC[:30]) in written
    thumbnail = written[written.index(b"8BIM\x04\x0c") + 12 + 28 :][: len(old)]
    assert brightness(thumbnail) == pytest.approx(60, abs=6)
    start = written.index(b"<xmpGImg:image>") + 15
    drawn = base64.b64decode(written[start : written.index(b"<", start)])
    assert brightness(drawn) == pytest.approx(60, abs=6)


def test_segments_that_nobody_here_knows_are_kept_byte_for_byte(make: Any) -> None:
    raw = np.random.default_rng(0).bytes(5000)
    kept = [
        make.segment(0xE1, b"FLIR\0\x01\0\0" + make.jpeg(make.scene(20, 20))),
        make.segment(0xE2, b"FPXR\0" + raw),
        make.segment(0xE2, b"urn:iso:std:iso:ts:21496:-1\0" + bytes(4)),
        make.segment(0xE1, b"http://ns.adobe.com/xmp/extension/\0" + raw),
        *(make.segment(marker, raw) for marker in (0xE3, 0xE4, 0xE5, 0xE7, 0xE8, 0xEA, 0xEC, 0xEF)),
    ]
    data = make.insert(make.jpeg(make.scene(90, 60)), *kept)
    assert b"".join(kept) in rewrite(data)


def test_a_photograph_for_print_keeps_all_but_its_inks(make: Any) -> None:
    inks = pyvips.Image.new_from_array(make.scene(bands=4)).copy(interpretation="cmyk")
    note = make.segment(0xFE, b"a comment")
    profile = pyvips.Image.profile_load("cmyk")
    data = make.insert_profile(inks.jpegsave_buffer(keep="none"), profile)
    data = make.insert(data, note, make.segment(0xE1, b"Exif\0\0" + make.exif(6)))
    photograph = open_photograph(data + VIDEO).develop()
    assert photograph.lost == ("CMYK separations",)
    written = encode(photograph, photograph.pixels)
    assert written.endswith(VIDEO)
    assert note in written
    assert b"ICC_PROFILE" not in written
    image = pyvips.Image.new_from_buffer(written, "")
    assert (image.bands, image.get("orientation")) == (3, 6)


def test_damaged_segments_are_kept_as_they_are(make: Any) -> None:
    block = exif_with_thumbnail(make.jpeg(make.scene(30, 20)))
    listed = b"MPF\0" + pictures(2, [1, 2], [0, 99], [0, 0])[4:]
    for length in range(0, 80, 3):
        data = make.insert(
            make.jpeg(make.scene(30, 20)),
            make.segment(0xED, b"Photoshop 3.0\0" + make.IPTC[14 : 14 + length]),
            make.segment(0xE2, listed[: 4 + length]),
            make.segment(0xE0, b"JFIF\0\x01\x02\x01\0\x48\0\x48\x04\x03"[: 14 + length]),
        )
        rewrite(make.insert(data, make.segment(0xE1, b"Exif\0\0" + block[:length])))
