import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rr_tasks.shards import stream as streaming
from rr_tasks.shards.reader import done_shards
from rr_tasks.shards.stream import (
    LARGEST_FILE,
    Piece,
    Sample,
    ShardStream,
    _members,
    read_samples,
    unpack,
)
from rr_tasks.shards.writer import ShardDamagedError
from schemas.errors import ExpectedError
from schemas.prior.current import CURRENT_VERSION
from schemas.prior.migrations import UnknownPriorVersionError, load_prior

Read = Callable[[str, int], Iterator[Sample]]


@pytest.fixture(params=["local", "s3"])
def folder(request: pytest.FixtureRequest, tmp_path: Path, write: Callable[..., Any]) -> str:
    """Three shards of 12 inputs, of which one failed each: 33 samples."""
    s3 = request.param == "s3"
    url = request.getfixturevalue("s3").url if s3 else str(tmp_path)
    for shard in range(3):
        write(url, shard=shard, count=12, failed=(2,))
    return url


@pytest.fixture
def shards(tmp_path: Path, write: Callable[..., Any]) -> Path:
    """The same on the local disk, to be damaged."""
    for shard in range(3):
        write(str(tmp_path), shard=shard, count=12, failed=(2,))
    return tmp_path


def opened(folder: str | Path) -> ShardStream:
    return ShardStream(str(folder), done_shards(str(folder)), "clean.png", "prior.json")


def keys(samples: Iterator[Sample]) -> list[str]:
    return [sample["__key__"] for sample in samples]


class Opens:
    """Reads as usual, counts how often a tar is opened and how many samples are read."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.opens = self.samples = 0
        monkeypatch.setattr(streaming, "_members", self)

    def __call__(self, folder: str, shard: int) -> Iterator[Sample]:
        self.opens += 1
        for sample in _members(folder, shard):
            self.samples += 1
            yield sample


@pytest.fixture
def opens(monkeypatch: pytest.MonkeyPatch) -> Opens:
    return Opens(monkeypatch)


class Interrupted:
    """Reads as usual, but breaks off after so many samples, the first few times."""

    def __init__(self, samples: int, times: int, error: Exception) -> None:
        self.samples, self.times, self.error = samples, times, error

    def __call__(self, folder: str, shard: int) -> Iterator[Sample]:
        for place, sample in enumerate(_members(folder, shard)):
            if place == self.samples and self.times:
                self.times -= 1
                raise self.error
            yield sample


def test_pieces_hold_the_samples_of_the_tars_in_any_order(folder: str) -> None:
    whole = {shard: list(read_samples(folder, shard)) for shard in range(3)}
    rng, stream = np.random.default_rng(0), opened(folder)
    for _ in range(40):
        shard, start, stop = (int(rng.integers(bound)) for bound in (3, 12, 12))
        assert list(stream.read(Piece(shard, start, stop))) == whole[shard][start:stop]


def test_pieces_that_follow_each_other_read_nothing_twice(folder: str, opens: Opens) -> None:
    stream = opened(folder)
    seen = []
    for start, stop in ((0, 4), (4, 5), (5, 11)):
        for shard in range(3):
            seen += keys(stream.read(Piece(shard, start, stop)))
    assert len(set(seen)) == 33
    assert (opens.opens, opens.samples) == (3, 33)


def test_a_piece_in_the_middle_costs_only_what_lies_before(folder: str, opens: Opens) -> None:
    assert keys(opened(folder).read(Piece(1, 7, 9))) == ["000010008", "000010009"]
    assert (opens.opens, opens.samples) == (1, 9)


def test_few_tars_are_open_at_a_time(folder: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streaming, "_MOST_OPEN", 2)
    stream = opened(folder)
    for start in (0, 5, 2, 7):
        for shard in range(3):
            assert len(keys(stream.read(Piece(shard, start, start + 2)))) == 2
            assert len(stream._open) <= 2


@pytest.mark.parametrize("error", [ConnectionResetError("reset"), tarfile.ReadError("cut off")])
@pytest.mark.parametrize("samples", [0, 5, 10])
def test_a_read_that_breaks_off_is_taken_up_again(
    folder: str, monkeypatch: pytest.MonkeyPatch, samples: int, error: Exception
) -> None:
    monkeypatch.setattr(streaming, "_members", Interrupted(samples, 2, error))
    assert len(set(keys(opened(folder).read(Piece(0, 0, 11))))) == 11


def test_a_network_that_keeps_failing_is_not_called_a_damage(
    shards: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    error = ConnectionResetError("reset")
    error.args = ("reset @ <a stream>", object(), "00001.tar")  # as WebDataset leaves it behind
    reset = Interrupted(5, 99, error)
    monkeypatch.setattr(streaming, "_members", reset)
    with pytest.raises(ConnectionResetError, match=r"^reset$"):
        list(opened(shards).read(Piece(1, 0, 11)))
    assert reset.times == 96


def test_a_refusal_is_not_tried_again(shards: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    refused = Interrupted(5, 99, PermissionError("denied"))
    monkeypatch.setattr(streaming, "_members", refused)
    with pytest.raises(PermissionError, match="denied"):
        list(opened(shards).read(Piece(1, 0, 11)))
    assert refused.times == 98


BROKEN = "000010006"
BEFORE = ["000010000", "000010001", "000010003", "000010004", "000010005"]


def header(tar: Path, extension: str = "clean.png") -> int:
    with tarfile.open(tar) as archive:
        return archive.getmember(f"{BROKEN}.{extension}").offset


def cut_off_in_a_file(tar: Path) -> None:
    tar.write_bytes(tar.read_bytes()[: header(tar, "prior.json") + 530])


def cut_off_between_files(tar: Path) -> None:
    tar.write_bytes(tar.read_bytes()[: header(tar)])


def garbled(tar: Path) -> None:
    content = bytearray(tar.read_bytes())
    content[header(tar) : header(tar) + 512] = b"U" * 512
    tar.write_bytes(content)


def without_a_file(tar: Path) -> None:
    # the same letters keep the header's checksum
    tar.write_bytes(tar.read_bytes().replace(b"6.prior.json", b"6.riorp.json"))


def huge(tar: Path) -> None:
    content, place = bytearray(tar.read_bytes()), header(tar)
    with tarfile.open(tar) as archive:
        entry = archive.getmember(f"{BROKEN}.clean.png")
    entry.size = LARGEST_FILE + 1
    content[place : place + 512] = entry.tobuf(tarfile.USTAR_FORMAT)
    tar.write_bytes(content)


@pytest.mark.parametrize(
    "damage", [cut_off_in_a_file, cut_off_between_files, garbled, without_a_file, huge]
)
def test_a_damaged_tar_is_named_with_the_sample(
    shards: Path, damage: Callable[[Path], None]
) -> None:
    damage(shards / "00001.tar")
    stream = opened(shards)
    assert keys(stream.read(Piece(1, 0, 5))) == BEFORE
    with pytest.raises(ShardDamagedError) as caught:
        list(stream.read(Piece(1, 5, 11)))
    message = str(caught.value)
    assert message.startswith(f"{shards}/00001.tar: sample {BROKEN} cannot be read (")
    assert f"delete {shards}/00001.done.json and run the command that made" in message
    assert (f"more than {LARGEST_FILE:,} bytes" in message) == (damage is huge)
    assert isinstance(caught.value, ExpectedError)


def test_a_tar_that_vanished_is_named(shards: Path) -> None:
    (shards / "00001.tar").unlink()
    with pytest.raises(ShardDamagedError, match=r"00001\.tar: sample 000010000 cannot be read"):
        next(opened(shards).read(Piece(1, 0, 11)))


def test_a_file_of_a_sample_is_decoded(folder: str) -> None:
    (sample,) = opened(folder).read(Piece(2, 4, 5))
    assert unpack(sample, "prior.json", lambda content: content) == b'{"number": 5}'


def test_a_damaged_file_is_named_with_shard_and_sample(folder: str) -> None:
    def decode(_: bytes) -> None:
        raise ValueError("no picture\nand more about it")

    (sample,) = opened(folder).read(Piece(2, 4, 5))
    with pytest.raises(ShardDamagedError) as caught:
        unpack(sample, "clean.png", decode)
    assert str(caught.value).startswith(
        f"{folder}/00002.tar: sample 000020005 cannot be read (clean.png: no picture);"
    )


def test_a_prior_of_the_future_is_named_with_both_versions_and_not_called_damaged(
    folder: str,
) -> None:
    (sample,) = opened(folder).read(Piece(2, 4, 5))
    sample["prior.json"] = b'{"schema_version": 99}'
    with pytest.raises(UnknownPriorVersionError) as caught:
        unpack(sample, "prior.json", load_prior)
    assert str(caught.value).startswith(f"{folder}/00002.tar: sample 000020005: schema_version 99 ")
    assert f"reads versions up to {CURRENT_VERSION}; upgrade" in str(caught.value)
