import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rr_tasks.shards.reader import (
    DamagedMarkerError,
    NoShardsError,
    count_samples,
    done_shards,
    failed_inputs,
    read_marker,
)
from rr_tasks.storage.tables import DamagedTableError
from tests.rows import read_rows
from tests.samples import all_samples

Write = Callable[..., Any]


def test_an_unmarked_shard_does_not_exist(tmp_path: Path, write: Write) -> None:
    for shard in (0, 1, 2):
        write(str(tmp_path), shard=shard)
    (tmp_path / "00001.done.json").unlink()
    assert [marker.shard for marker in done_shards(str(tmp_path))] == [0, 2]
    assert {key[:5] for key in all_samples(str(tmp_path))} == {"00000", "00002"}
    assert {key[:5] for key in read_rows(str(tmp_path))["key"]} == {"00000", "00002"}
    assert read_marker(str(tmp_path), 1) is None
    assert read_marker(str(tmp_path), 2) is not None


@pytest.mark.parametrize("exists", [True, False])
def test_a_folder_without_shards_is_named(tmp_path: Path, exists: bool) -> None:
    folder = tmp_path / "data"
    if exists:
        folder.mkdir()
    with pytest.raises(NoShardsError, match=r"data: no finished shards here; run `rr synthesize`"):
        done_shards(str(folder))


@pytest.mark.parametrize("content", [b"", b"{", b'{"shard": 0}', b"\xff"])
def test_a_damaged_marker_is_named(tmp_path: Path, write: Write, content: bytes) -> None:
    write(str(tmp_path))
    marker = tmp_path / "00000.done.json"
    marker.write_bytes(content)
    words = f"{marker}: not a readable done marker; delete it and run the command that made"
    with pytest.raises(DamagedMarkerError, match=f"^{re.escape(words)}"):
        read_marker(str(tmp_path), 0)
    with pytest.raises(DamagedMarkerError, match=re.escape(words)):
        done_shards(str(tmp_path))
    marker.unlink()
    write(str(tmp_path))
    assert len(done_shards(str(tmp_path))) == 1


def test_rows_of_shards_without_failures_are_not_read(tmp_path: Path, write: Write) -> None:
    write(str(tmp_path), shard=0)
    assert failed_inputs(str(tmp_path)).is_empty()
    write(str(tmp_path), shard=1, failed=(1, 2))
    (tmp_path / "00000.parquet").unlink()
    assert failed_inputs(str(tmp_path)).rows() == [("a.jpg", "it broke")]


def test_shards_come_in_the_order_of_their_numbers(tmp_path: Path, write: Write) -> None:
    for shard in (11, 2, 100_000):
        write(str(tmp_path), shard=shard, count=1)
    assert [marker.shard for marker in done_shards(str(tmp_path))] == [2, 11, 100_000]


def test_other_files_in_the_folder_are_no_shards(tmp_path: Path, write: Write) -> None:
    write(str(tmp_path))
    marker = (tmp_path / "00000.done.json").read_bytes()
    (tmp_path / "copy").mkdir()
    for name in ("copy/00001.done.json", "00000 (1).done.json", "notes.done.json", "00001.tar"):
        (tmp_path / name).write_bytes(marker)
    assert [found.shard for found in done_shards(str(tmp_path))] == [0]
    (tmp_path / "00002.done.json").write_bytes(marker)
    with pytest.raises(DamagedMarkerError, match=r"00002.*: the done marker of shard 00000"):
        done_shards(str(tmp_path))


def test_a_damaged_sidecar_is_named(tmp_path: Path, write: Write) -> None:
    write(str(tmp_path), failed=(1,))
    (tmp_path / "00000.parquet").write_bytes(b"PAR1 torn")
    with pytest.raises(DamagedTableError, match=rf"^{tmp_path}/00000.parquet: not a readable"):
        failed_inputs(str(tmp_path))


def test_samples_are_counted(tmp_path: Path, write: Write) -> None:
    write(str(tmp_path), count=7, failed=(6,))
    assert count_samples(tmp_path / "00000.tar") == 6
