import os
from pathlib import Path

import pytest

from rr_tasks.weights.remembered import remembered


def read(path: Path | None = None, other: Path | None = None) -> list[bytes]:
    return [file.read_bytes() for file in (path, other) if file is not None]


def test_a_file_is_loaded_once_until_it_is_replaced(tmp_path: Path) -> None:
    weights, other = tmp_path / "weights", tmp_path / "other"
    weights.write_bytes(b"one")
    other.write_bytes(b"two")
    load = remembered(read)
    first = load(weights, other)
    assert load(weights, other) is first == [b"one", b"two"]
    assert load(None, None) is load(None, None)
    written = other.stat()
    other.with_suffix(".new").write_bytes(b"six")  # of the same size and time
    os.utime(other.with_suffix(".new"), ns=(written.st_atime_ns, written.st_mtime_ns))
    other.with_suffix(".new").replace(other)
    assert load(weights, other) == [b"one", b"six"]


def test_a_missing_file_is_the_loaders_to_name(tmp_path: Path) -> None:
    load = remembered(read)
    with pytest.raises(FileNotFoundError):
        load(tmp_path / "none")
    (tmp_path / "none").write_bytes(b"now")
    assert load(tmp_path / "none") == [b"now"]
