from time import process_time
from typing import Any

import cv2
import numpy as np
import pytest

from rr_tasks.photographs.encoding import encode
from rr_tasks.photographs.formats.base import UnreadablePhotographError
from rr_tasks.photographs.formats.jpeg.damage import find_damage
from rr_tasks.photographs.formats.jpeg.segments import read_layout
from rr_tasks.photographs.negative import open_photograph
from tests.jpegs import XMP

HINT = "; --salvage restores what is left of it"
KINDS = {
    "sequential": [],
    "with restarts": [cv2.IMWRITE_JPEG_RST_INTERVAL, 20],
    "progressive": [cv2.IMWRITE_JPEG_PROGRESSIVE, 1],
}


def packed(photograph: np.ndarray, kind: str) -> bytes:
    large = cv2.resize(photograph, (576, 384), interpolation=cv2.INTER_CUBIC)
    return cv2.imencode(".jpg", large, [cv2.IMWRITE_JPEG_QUALITY, 92, *KINDS[kind]])[1].tobytes()


def damage(data: bytes) -> str | None:
    return find_damage(read_layout(data))


@pytest.mark.parametrize("kind", KINDS)
def test_a_tenth_of_the_data_lost_in_the_middle_is_found(photograph: np.ndarray, kind: str) -> None:
    whole = packed(photograph, kind)
    start, size = len(whole) // 2, len(whole) // 10
    assert damage(whole) is None
    for hole in (bytes(size), np.random.default_rng(0).bytes(size), b""):
        assert damage(whole[:start] + hole + whole[start + size :]) is not None
    assert damage(whole[:start]) == "truncated"


@pytest.mark.parametrize("kind", KINDS)
def test_nine_of_ten_random_holes_of_a_sector_are_found(photograph: np.ndarray, kind: str) -> None:
    whole = packed(photograph, kind)
    generator = np.random.default_rng(0)
    scan = whole.index(b"\xff\xda") + 14
    found = 0
    for place in generator.integers(scan, len(whole) - 514, 50):
        found += damage(whole[:place] + generator.bytes(512) + whole[place + 512 :]) is not None
    assert found >= 45


def test_a_damaged_photograph_fails_and_the_reason_says_what_helps(photograph: np.ndarray) -> None:
    whole = packed(photograph, "sequential")
    middle = len(whole) // 2
    holed = whole[:middle] + bytes(512) + whole[middle + 512 :]
    for data, reason in ((holed, "damaged"), (whole[:middle], "truncated")):
        with pytest.raises(UnreadablePhotographError) as caught:
            open_photograph(data).develop()
        assert str(caught.value) == f"the JPEG data is {reason}{HINT}"


def test_what_is_left_of_a_truncated_photograph_can_be_salvaged(photograph: np.ndarray) -> None:
    whole = packed(photograph, "sequential")
    expected = open_photograph(whole).develop().pixels
    left = open_photograph(whole[: len(whole) // 2], salvage=True).develop()
    words = left.note.split()
    assert left.note.startswith("salvaged: the JPEG data is truncated, ")
    assert left.note.endswith("of the picture is missing")
    missing = int(words[words.index("of") - 1].rstrip("%")) / 100
    assert 0.3 < missing < 0.7
    there = int(len(expected) * (1 - missing)) - 24
    gone = left.hidden[:, 0]
    assert gone.mean() == pytest.approx(missing, abs=0.01)
    assert np.array_equal(left.pixels[:there], expected[:there])
    assert np.ptp(left.colours[gone]) == 0
    assert np.ptp(left.pixels[gone]) > 100  # so that the missing part influences no diagnosis
    written = open_photograph(encode(left, left.pixels)).develop()
    assert np.ptp(written.pixels[np.flatnonzero(gone)[16:]]) == 0


@pytest.mark.parametrize("turn", [3, 6])
def test_the_missing_part_is_where_a_viewer_shows_it(make: Any, turn: int) -> None:
    whole = make.jpeg(make.scene(200, 160), orientation=turn)
    hidden = open_photograph(whole[: len(whole) - 600], salvage=True).develop().hidden
    assert 0 < hidden.mean() < 0.9
    assert (hidden[0] if turn == 3 else hidden[:, 0]).all()


def test_what_is_left_of_a_damaged_photograph_is_marked_as_doubtful(photograph: np.ndarray) -> None:
    whole = packed(photograph, "with restarts")
    middle = len(whole) // 2
    holed = whole[:middle] + bytes(100) + whole[middle + 100 :]
    salvaged = open_photograph(holed, salvage=True).develop()
    assert salvaged.note == "salvaged: the JPEG data is damaged, parts of the picture may be wrong"
    assert open_photograph(whole, salvage=True).develop().note is None


def test_scans_that_are_not_there_are_missed(make: Any) -> None:
    whole = make.jpeg(make.scene(200, 150), interlace=True)
    last_scan = whole.rindex(b"\xff\xda")
    assert damage(whole[:last_scan]) == "truncated"


def test_a_file_of_a_thousand_scans_never_reaches_a_decoder(photograph: np.ndarray) -> None:
    whole = packed(photograph, "progressive")
    last = read_layout(whole).segments[-1].data
    for salvage in (False, True):
        with pytest.raises(UnreadablePhotographError, match=r"1,0\d\d scans are more than"):
            open_photograph(whole[:-2] + last * 1_000 + whole[-2:], salvage=salvage)


def test_thousands_of_segments_and_of_starts_in_xmp_take_no_time(make: Any) -> None:
    photograph = make.jpeg(make.scene())
    started = process_time()
    with pytest.raises(UnreadablePhotographError):
        open_photograph(photograph[:2] + b"\xff\xfe\0\2" * 1_000_000 + photograph[2:])
    for start in (b"<a:Item ", b"<a:Item>", b"<dcterms:provenance>"):
        packet = XMP + start * (60_000 // len(start))
        open_photograph(make.insert(photograph, make.segment(0xE1, packet)))
    assert process_time() - started < 3
