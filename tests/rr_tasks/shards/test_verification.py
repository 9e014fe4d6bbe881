import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rr_tasks.shards.reader import marker_url, tar_url
from rr_tasks.shards.verification import verify_shard
from rr_tasks.shards.writer import ShardDamagedError
from rr_tasks.storage.files import publish_bytes, read_bytes, remove

Write = Callable[..., Any]


@pytest.fixture(params=["local", "s3"])
def folder(request: pytest.FixtureRequest, tmp_path: Path, write: Write) -> str:
    root = str(tmp_path) if request.param == "local" else request.getfixturevalue("s3").url
    write(root)
    return str(root)


def test_a_whole_shard_passes(folder: str) -> None:
    verify_shard(folder, 0)


def test_a_single_changed_byte_is_found(folder: str) -> None:
    url = tar_url(folder, 0)
    content = bytearray(read_bytes(url))
    content[600] ^= 1
    publish_bytes(bytes(content), url)
    words = f"{url}: its content has changed .*; delete {marker_url(folder, 0)} and run the command"
    with pytest.raises(ShardDamagedError, match=words):
        verify_shard(folder, 0)


def test_a_missing_tar_is_named(folder: str) -> None:
    remove(tar_url(folder, 0))
    with pytest.raises(ShardDamagedError, match=re.escape(f"{tar_url(folder, 0)}: missing")):
        verify_shard(folder, 0)
