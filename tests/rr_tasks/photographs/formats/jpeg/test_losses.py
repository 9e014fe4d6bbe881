from typing import Any

import numpy as np
import pytest

from rr_tasks.photographs.encoding import encode
from rr_tasks.photographs.negative import open_photograph
from tests.jpegs import ITEM, packet, with_pictures


def lost(data: bytes) -> tuple[str, ...]:
    return open_photograph(data).lost


def rewrite(data: bytes) -> bytes:
    photograph = open_photograph(data).develop()
    return encode(photograph, photograph.pixels)


@pytest.mark.parametrize(
    ("marker", "body", "name"),
    [
        (0xEB, b"JP\0\1\0\0\0\1\0\0\1\0jumbjumdc2pa", "content credentials"),
        (0xEB, b"JP\0\1\0\0\0\1\0\0\1\0jumbjumdother", "layers in APP11 segments"),
        (0xEB, b"HDR_RI ver=11", "layers in APP11 segments"),
        (0xE3, b"PRVW\0\0\0\0\xff\xd8\xff\xdb", "preview in APP3"),
        (0xE5, b"xyz\xff\xd8\xff\xe0", "preview in APP5"),
    ],
)
def test_what_would_be_false_is_named_and_left_out(
    make: Any, marker: int, body: bytes, name: str
) -> None:
    more = make.segment(marker, body[:8] + b"continued")
    data = make.insert(make.jpeg(make.scene()), make.segment(marker, body), more)
    assert lost(data) == (name,)
    written = rewrite(data)
    assert body not in written
    assert more not in written
    assert lost(written) == ()


def test_content_credentials_elsewhere_are_named(make: Any) -> None:
    origin = "dcterms:provenance='https://example.org/c2pa'"
    declared = f"xmlns:dcterms='http://purl.org/dc/terms/' GCamera:kept='1' {origin}"
    data = make.insert(make.jpeg(make.scene()), make.segment(0xE1, packet("", declared)))
    assert lost(data) == ("content credentials",)
    written = rewrite(data)
    assert origin.encode() not in written
    assert b"GCamera:kept='1'" in written


@pytest.mark.parametrize("kind", [0x020001, 0x020002, 0x020003])
def test_one_picture_of_a_set_is_not_restored_alone(make: Any, kind: int) -> None:
    second = make.jpeg(make.scene(20, 20))
    data = with_pictures(make.jpeg(make.scene()), [second], [kind])
    assert lost(data) == ("a match with its second picture",)
    assert rewrite(data).endswith(second)


def test_a_preview_whose_place_only_a_maker_note_knows_is_named(make: Any) -> None:
    preview = make.jpeg(make.scene(20, 20))
    data = make.jpeg(make.scene()) + bytes(8) + preview
    assert lost(data) == ("picture behind the photograph",)
    assert preview not in rewrite(data)
    item = make.segment(0xE1, packet(ITEM.format("image/jpeg", "GainMap", len(preview))))
    assert lost(make.insert(data, item)) == ()
    assert rewrite(make.insert(data, item)).endswith(preview)


def test_trailers_that_count_from_the_end_are_carried(make: Any) -> None:
    samsung = make.jpeg(make.scene(20, 20)) + b"SEFH" + bytes(20) + b"SEFT"
    video = b"\0\0\0\x18ftypmp42" + bytes(16) + b"\xff\xd8\xff"
    for trailer in (samsung, video, bytes(100), np.random.default_rng(0).bytes(300)):
        data = make.jpeg(make.scene()) + trailer
        assert lost(data) == ()
        assert rewrite(data).endswith(b"\xff\xd9" + trailer)
    assert lost(make.jpeg(make.scene()) + b"text" * 9 + b"AXS!" + bytes(8)) != ()
