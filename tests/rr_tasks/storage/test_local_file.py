import os
from pathlib import Path

import pytest

from rr_tasks.storage.failure import StorageError
from rr_tasks.storage.files import read_bytes, read_each
from rr_tasks.storage.filesystem import open_url


@pytest.mark.parametrize("read", [read_bytes, lambda url: open_url(url).__enter__()])
def test_what_would_never_end_is_not_read(tmp_path: Path, read: object) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to("pipe")
    for path, kind in {tmp_path / "link": "pipe", Path("/dev/zero"): "device"}.items():
        with pytest.raises(StorageError, match=f"^{path}: a {kind}, not a file$"):
            read(str(path))


def test_one_file_that_cannot_be_read_does_not_hide_the_others(tmp_path: Path) -> None:
    for name in "ac":
        (tmp_path / name).write_text(name)
    (tmp_path / "b").mkdir()
    first, second, third = read_each([str(tmp_path / name) for name in "abc"])
    assert (first, third) == (b"a", b"c")
    assert isinstance(second, StorageError)
