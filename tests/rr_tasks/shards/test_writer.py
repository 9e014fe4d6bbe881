import hashlib
import io
import re
import signal
import subprocess
import sys
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import fsspec
import polars as pl
import pytest
import webdataset as wds

from rr_tasks.shards import writer
from rr_tasks.shards.reader import NoShardsError, done_shards
from rr_tasks.shards.stream import read_samples
from rr_tasks.shards.writer import Outcome, ShardDamagedError, sample_key, write_shard
from rr_tasks.storage.claim import claim
from rr_tasks.storage.files import remove
from rr_tasks.storage.held import HeldError, claim_url
from tests.rows import read_rows
from tests.samples import all_samples

Write = Callable[..., Any]
MakeOutcomes = Callable[..., Iterator[Outcome]]

PARTS = ("00000.tar", "00000.parquet", "00000.done.json")


def visible(folder: Path) -> list[str]:
    names = (path.name for path in folder.iterdir()) if folder.exists() else ()
    return sorted(name for name in names if not name.startswith("."))


def test_a_shard_is_a_tar_its_rows_and_a_marker(tmp_path: Path, write: Write) -> None:
    marker = write(str(tmp_path), count=5, failed=(1, 3))
    tar = (tmp_path / "00000.tar").read_bytes()
    assert visible(tmp_path) == sorted(PARTS)
    assert (marker.samples, marker.failures, marker.shard) == (3, 2, 0)
    assert (marker.size_bytes, marker.sha256) == (len(tar), hashlib.sha256(tar).hexdigest())
    assert done_shards(str(tmp_path)) == [marker]


def test_the_tar_is_plain_and_tells_no_time(tmp_path: Path, write: Write) -> None:
    write(str(tmp_path), count=2)
    path = tmp_path / "00000.tar"
    with tarfile.open(path) as archive:
        files = archive.getmembers()
        contents = {file.name: archive.extractfile(file).read() for file in files}
    samples = list(wds.WebDataset(str(path), shardshuffle=False, empty_check=False))
    assert path.stat().st_size % tarfile.RECORDSIZE == 0
    assert [file.name for file in files] == sorted(contents)
    assert {(file.mtime, file.mode, file.type) for file in files} == {(0, 0o444, tarfile.REGTYPE)}
    assert contents == {
        f"{sample['__key__']}.{name}": sample[name]
        for sample in samples
        for name in sample
        if not name.startswith("__")
    }


@pytest.mark.parametrize("written", range(3))
def test_what_is_published_last_is_the_marker(
    tmp_path: Path, write: Write, monkeypatch: pytest.MonkeyPatch, written: int
) -> None:
    published: list[str] = []

    def failing(publish: Callable[..., None]) -> Callable[..., None]:
        def attempt(content: Any, url: str) -> None:
            if len(published) == written:
                raise OSError("the storage is gone")
            published.append(url.rsplit("/", 1)[-1])
            publish(content, url)

        return attempt

    folder = tmp_path / "data"
    with monkeypatch.context() as patch:
        patch.setattr(writer, "publish", failing(writer.publish))
        patch.setattr(writer, "publish_bytes", failing(writer.publish_bytes))
        with pytest.raises(OSError, match="the storage is gone"):
            write(str(folder))
    assert tuple(published) == PARTS[:written]
    with pytest.raises(NoShardsError, match="no finished shards here"):
        done_shards(str(folder))
    assert write(str(folder)).samples == 4
    assert visible(folder) == sorted(PARTS)
    write(str(tmp_path / "whole"))
    assert (folder / PARTS[0]).read_bytes() == (tmp_path / "whole" / PARTS[0]).read_bytes()


def test_a_finished_shard_is_not_made_again(tmp_path: Path, write: Write) -> None:
    marker = write(str(tmp_path))
    before = {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()}

    def never() -> Iterator[Outcome]:
        pytest.fail("a finished shard was asked for its samples")
        yield

    assert write_shard(str(tmp_path), 0, marker.spec_hash, 1, never()) == marker
    assert {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()} == before


def test_an_input_that_fails_in_the_middle_publishes_nothing(
    tmp_path: Path, make_outcomes: MakeOutcomes
) -> None:
    def broken() -> Iterator[Outcome]:
        yield from make_outcomes(2)
        raise RuntimeError("power cut")

    with pytest.raises(RuntimeError, match="power cut"):
        write_shard(str(tmp_path / "data"), 0, "0" * 16, 1, broken())
    assert visible(tmp_path / "data") == []


DYING = """
import errno, os, shutil, signal, sys
sys.path[:0] = {path!r}
import conftest
from rr_tasks.shards.writer import write_shard

def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)

def outcomes():
    for number, outcome in enumerate(conftest.outcomes()):
        if number == 2 and {moment!r} == "while it samples":
            die()
        yield outcome

def refuse_link(*_):
    raise PermissionError(errno.EPERM, "no links here")

def copy_half(source, target):
    target.write_bytes(source.read_bytes()[:1000])
    die()

if {moment!r} == "while it publishes":
    os.link, shutil.copyfile = refuse_link, copy_half
write_shard({folder!r}, 0, conftest.SPEC_HASH, 1, outcomes())
"""


@pytest.mark.parametrize("moment", ["while it samples", "while it publishes"])
def test_a_killed_writer_leaves_nothing_that_readers_see(
    tmp_path: Path, write: Write, moment: str
) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    here = Path(__file__)
    script = DYING.format(
        path=[str(here.parent), str(here.parents[3])], moment=moment, folder=str(folder)
    )
    killed = subprocess.run(
        [sys.executable, "-c", script], env={"TMPDIR": str(tmp_path)}, check=False
    )
    assert killed.returncode == -signal.SIGKILL
    assert visible(folder) == []
    with pytest.raises(NoShardsError):
        done_shards(str(folder))
    write(str(folder))
    write(str(tmp_path / "whole"))
    for part in PARTS[:2]:
        assert (folder / part).read_bytes() == (tmp_path / "whole" / part).read_bytes()


def test_a_tar_that_reads_back_otherwise_is_not_published(
    tmp_path: Path, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "count_samples", lambda _: 3)
    with pytest.raises(ShardDamagedError, match="reads back with 3 samples where 4 were written"):
        write(str(tmp_path / "data"))
    assert visible(tmp_path / "data") == []


def test_a_shard_that_another_run_makes_is_left_to_it(tmp_path: Path, write: Write) -> None:
    def never() -> Iterator[Outcome]:
        pytest.fail("a shard of another run was asked for its samples")
        yield

    with claim(str(tmp_path / PARTS[2])), pytest.raises(HeldError, match=PARTS[2]):
        write_shard(str(tmp_path), 0, "0" * 16, 1, never())
    assert write(str(tmp_path)).samples == 4


def test_who_comes_just_after_the_end_makes_nothing(
    tmp_path: Path, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other run ends between a look at the marker and the claim."""
    other = write(str(tmp_path))
    looks = iter([None, other])
    monkeypatch.setattr(writer, "read_marker", lambda *_: next(looks))
    assert write_shard(str(tmp_path), 0, other.spec_hash, 1, iter(())) == other


def test_who_was_taken_for_dead_touches_nothing(
    tmp_path: Path, make_outcomes: MakeOutcomes
) -> None:
    folder, taken_over = str(tmp_path), []

    def slow() -> Iterator[Outcome]:
        yield from make_outcomes(2)
        remove(claim_url(f"{folder}/{PARTS[2]}"))
        taken_over.append(write_shard(folder, 0, "0" * 16, 1, make_outcomes(2)))

    assert write_shard(folder, 0, "1" * 16, 1, slow()) == taken_over[0]
    assert done_shards(folder) == taken_over
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(PARTS)


@pytest.mark.parametrize("broken", ["outcomes", "publish", "publish_bytes"])
def test_nothing_stays_claimed_after_a_failure(
    tmp_path: Path, make_outcomes: MakeOutcomes, broken: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError("it broke")

    def outcomes() -> Iterator[Outcome]:
        yield from make_outcomes(2)
        if broken == "outcomes":
            fail()

    if broken != "outcomes":
        monkeypatch.setattr(writer, broken, fail)
    with pytest.raises(OSError, match="it broke"):
        write_shard(str(tmp_path), 0, "0" * 16, 1, outcomes())
    assert not list(tmp_path.glob(".*"))


def test_two_samples_of_one_key_are_noticed(tmp_path: Path, make_outcomes: MakeOutcomes) -> None:
    twice = [*make_outcomes(1), *make_outcomes(1)]
    with pytest.raises((ShardDamagedError, ValueError), match=r"1 sample |duplicate"):
        write_shard(str(tmp_path / "data"), 0, "0" * 16, 1, twice)
    assert visible(tmp_path / "data") == []


def test_bytes_do_not_depend_on_the_time(
    tmp_path: Path, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(str(tmp_path / "now"))
    monkeypatch.setattr("time.time", lambda: 2e9)
    write(str(tmp_path / "later"))
    assert (tmp_path / "now/00000.tar").read_bytes() == (tmp_path / "later/00000.tar").read_bytes()


def test_a_failure_far_down_is_a_row_like_others(tmp_path: Path, write: Write) -> None:
    write(str(tmp_path), count=130, failed=(125,))
    rows = read_rows(str(tmp_path))
    assert len(rows) == 130
    assert rows.filter(status="failed").select("key", "error").rows() == [("000000125", "it broke")]


def test_rows_of_shards_with_and_without_failures_go_together(tmp_path: Path, write: Write) -> None:
    write(str(tmp_path), shard=0)
    write(str(tmp_path), shard=1, count=2, failed=(0, 1))
    write(str(tmp_path), shard=2, count=0)
    rows = read_rows(str(tmp_path))
    assert rows.schema["error"] == pl.String
    assert rows["status"].to_list() == ["ok"] * 4 + ["failed"] * 2
    assert [marker.samples for marker in done_shards(str(tmp_path))] == [4, 0, 0]


def test_keys_hold_no_dots_and_are_unique(tmp_path: Path, write: Write) -> None:
    assert sample_key(12, 34) == "000120034"
    for shard in (0, 1):
        write(str(tmp_path), shard=shard)
    keys = list(all_samples(str(tmp_path)))
    assert len(keys) == len(set(keys)) == 8
    assert all(re.fullmatch(r"[0-9]{9}", key) for key in keys)
    with tarfile.open(tmp_path / "00001.tar") as archive:
        names = archive.getnames()
    assert names[:2] == ["000010000.clean.png", "000010000.prior.json"]


def test_plain_webdataset_reads_a_shard(tmp_path: Path, write: Write) -> None:
    write(str(tmp_path))
    samples = list(wds.WebDataset(str(tmp_path / "00000.tar"), shardshuffle=False))
    assert [sample["__key__"] for sample in samples] == [sample_key(0, index) for index in range(4)]
    assert samples[2]["clean.png"] == b"\2" * 702
    assert samples[2]["prior.json"] == b'{"number": 2}'


def test_any_fsspec_storage_will_do(tmp_path: Path, write: Write) -> None:
    url = f"memory://{tmp_path.name}/data"
    marker = write(url, failed=(0,))
    write(str(tmp_path))
    assert done_shards(url) == [marker]
    assert [sample["__key__"][-1] for sample in read_samples(url, 0)] == ["1", "2", "3"]
    assert all_samples(url)["000000003"]["prior.json"] == b'{"number": 3}'
    assert len(read_rows(url)) == 4
    assert write(url) == marker
    with fsspec.open(f"{url}/00000.tar") as stream:
        assert hashlib.sha256(io.BytesIO(stream.read()).getvalue()).hexdigest() == marker.sha256
