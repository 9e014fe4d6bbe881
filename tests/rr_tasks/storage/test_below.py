"""Whatever a name from outside holds, it leads to a place below its folder, or is refused."""

import os
from pathlib import Path

import fsspec
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from rr_tasks.shards.writer import is_key, sample_key
from rr_tasks.storage.below import EscapingNameError, join_below
from rr_tasks.storage.folders import open_folder
from rr_tasks.storage.names import to_path

NAMES = st.lists(st.sampled_from(["..", ".", "", "a", "b.png", "\\", "\0", "%2e%2e", "~", "C:"]))
PATHS = st.text() | NAMES.map("/".join) | st.text("./\\\0a", max_size=12)


@pytest.mark.fuzz
@given(PATHS)
@example("../../far_escape.png")
@example("a/../../b")
@example("/etc/passwd")
@example("\0%2e%2e/x")
def test_a_name_leads_below_its_folder_or_is_refused(text: str) -> None:
    for path in (text, to_path(text)):
        try:
            joined = join_below("/data/out", path)
        except EscapingNameError:
            continue
        place = os.path.realpath(os.fsencode(joined))
        assert place.startswith(b"/data/out/")


@pytest.mark.fuzz
@given(PATHS)
@example("../a")
def test_no_storage_is_asked_for_what_lies_outside(text: str) -> None:
    assume(not any("\ud800" <= char <= "\udfff" for char in text))
    folder = open_folder("memory://one/out")
    try:
        folder.write(text, b"x")
    except EscapingNameError:
        return
    except OSError:  # it is the name of a folder
        return
    finally:
        found = fsspec.filesystem("memory").find("/")
        fsspec.filesystem("memory").store.clear()
    assert all(os.path.realpath(path).startswith("/one/out/") for path in found)


@pytest.mark.fuzz
@given(PATHS | st.text("0123456789\n٣"))
def test_a_key_is_a_name_of_digits(text: str) -> None:
    assert not is_key(text) or (text.isascii() and text.isdigit())


def test_keys_are_what_shards_are_written_with() -> None:
    assert all(map(is_key, (sample_key(0, 0), sample_key(12, 34), sample_key(123_456, 12_345))))
    assert not is_key("000000000\n")


@pytest.mark.parametrize("path", ["..", "../a", "a/../..", "", ".", "a\0b"])
def test_nothing_is_written_outside_a_disks_folder(tmp_path: Path, path: str) -> None:
    folder = open_folder(str(tmp_path / "out"))
    for act in (lambda: folder.write(path, b"x"), lambda: folder.remove(path)):
        with pytest.raises(EscapingNameError, match="leads out of the folder"):
            act()
    assert not list(tmp_path.rglob("*"))
