"""Directories are read like decoders do: what is damaged is absent, and all else is there."""

import struct
from typing import Any, Literal

import pytest

from rr_tasks.photographs.formats.directory import Dialect, Directory, Link, read_directory
from tests.tiffs import Page, tiff


def read(data: bytes) -> Directory:
    dialect = Dialect.of(data)
    assert dialect is not None
    directory = read_directory(data, dialect, dialect.first)
    assert directory is not None
    return directory


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("big", [False, True])
def test_reads_numbers_of_either_byte_order_and_width(
    make: Any, order: Literal["<", ">"], big: bool
) -> None:
    tags = {50000: (3, [1, 2, 3, 4, 5]), 50001: (4, [7]), 50002: (1, b"ab")}
    directory = read(tiff(Page(make.scene(), tags), order=order, big=big))
    assert directory.numbers(50000).tolist() == [1, 2, 3, 4, 5]
    assert directory.number(50001) == 7
    assert directory.numbers(50002).tolist() == [97, 98]
    assert directory.numbers(50003).size == 0
    assert directory.number(50003, 9) == 9


def test_what_is_damaged_is_absent(make: Any) -> None:
    tags = {50000: (4, [1, 2]), 50001: (12, [0.5]), 50002: (99, b"unknown")}
    data = bytearray(tiff(Page(make.scene(), tags)))
    at = data.index(struct.pack("<HHI", 50000, 4, 2))
    struct.pack_into("<I", data, at + 8, len(data) - 4)
    directory = read(bytes(data))
    assert directory.find(50000) is None
    assert directory.numbers(50001).size == 0
    assert directory.find(50002) is None
    assert {50000, 50001, 50002} <= {entry.tag for entry in directory.entries}


def test_of_duplicate_tags_the_first_counts(make: Any) -> None:
    data = tiff(Page(make.scene(), {50000: (4, [1]), 50001: (4, [2])}))
    data = data.replace(struct.pack("<HHI", 50001, 4, 1), struct.pack("<HHI", 50000, 4, 1))
    assert read(data).number(50000) == 1


@pytest.mark.parametrize("place", [0, 5, 2**31, 2**32 - 1])
def test_a_link_that_leads_nowhere_leads_to_nothing(place: int) -> None:
    data = b"II*\0" + struct.pack("<I", place) + bytes(20)
    assert read_directory(data, Dialect("<", 4), Link(4, 4)) is None
    wide = b"II+\0\x08\0\0\0" + struct.pack("<Q", 2**64 - 1)
    assert read_directory(wide, Dialect("<", 8), Link(8, 8)) is None
    assert Dialect.of(b"II*") is None
