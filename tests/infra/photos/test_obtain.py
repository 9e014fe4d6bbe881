"""The parts of infra/photos that need neither a network nor Qt."""

import hashlib
import importlib
from pathlib import Path
from types import ModuleType

import pytest

FOLDER = Path(__file__).parents[3] / "infra" / "photos"
HEADER = "split\tfile\tdebian_package\twidth\theight\tsha256\tversion\tpath\tresource"


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The script, which imports its neighbours by their bare names."""
    monkeypatch.syspath_prepend(FOLDER)
    return importlib.import_module("obtain")


def line(content: bytes, **changes: str) -> str:
    columns = {
        "split": "train",
        "file": "hill.jpg",
        "debian_package": "hills",
        "width": "4",
        "height": "3",
        "sha256": hashlib.sha256(content).hexdigest(),
        "version": "1.0-1",
        "path": "usr/share/hill.jpg",
        "resource": "-",
    }
    return "\t".join((columns | changes).values())


@pytest.fixture
def photograph(script: ModuleType, tmp_path: Path):
    return script.read_manifest(written(tmp_path, line(b"a hill")))[0]


def written(folder: Path, *lines: str) -> Path:
    path = folder / "photos.tsv"
    path.write_text("\n".join([HEADER, *lines]) + "\n", encoding="utf-8")
    return path


def test_the_committed_manifest_has_the_two_splits_without_overlap(script: ModuleType) -> None:
    photographs = script.read_manifest()
    splits = [photograph.split for photograph in photographs]
    assert (splits.count("train"), splits.count("heldout")) == (133, 16)
    assert len({photograph.sha256 for photograph in photographs}) == 149


def test_a_line_is_read_and_a_dash_means_no_resource(photograph) -> None:
    assert photograph.place(Path("d")) == Path("d/train/hill.jpg")
    assert (photograph.package, photograph.version) == ("hills", "1.0-1")
    assert photograph.resource == ""


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ([line(b"a", split="test")], "line 2: split 'test'"),
        ([line(b"a", file="../hill.jpg")], "line 2: '../hill.jpg' is not a bare"),
        ([line(b"a"), line(b"b", file="b.jpg", sha256="abc")], "line 3: 'abc' is not a sha256"),
        ([line(b"a", path="")], "line 2: expected 9 filled columns"),
        ([line(b"a") + "\tmore"], "line 2: expected 9 filled columns"),
        ([line(b"a"), line(b"b")], "file listed twice: hill.jpg"),
        ([line(b"a"), line(b"a", split="heldout", file="b.jpg")], "sha256 listed twice"),
    ],
)
def test_a_broken_manifest_names_the_line(
    script: ModuleType, tmp_path: Path, lines: list[str], message: str
) -> None:
    with pytest.raises(script.ObtainError, match=message):
        script.read_manifest(written(tmp_path, *lines))


def test_a_manifest_without_a_column_is_refused(script: ModuleType, tmp_path: Path) -> None:
    path = tmp_path / "photos.tsv"
    path.write_text("split\tfile\n", encoding="utf-8")
    with pytest.raises(script.ObtainError, match="the columns are"):
        script.read_manifest(path)


def test_another_version_is_named_and_nothing_written(
    script: ModuleType, tmp_path: Path, photograph
) -> None:
    found = hashlib.sha256(b"a dale").hexdigest()
    with pytest.raises(script.ObtainError) as caught:
        script.keep(photograph, b"a dale", tmp_path / "out", "2.0-1")
    for part in ("hill.jpg", photograph.sha256, found, "version changed", "2.0-1", "1.0-1"):
        assert part in str(caught.value)
    assert not (tmp_path / "out").exists()


def test_the_recorded_version_with_other_bytes_is_damaged(
    script: ModuleType, tmp_path: Path, photograph
) -> None:
    with pytest.raises(script.ObtainError, match="damaged or altered"):
        script.keep(photograph, b"a dale", tmp_path, "1.0-1")


def test_a_photograph_replaces_a_wrong_one_and_leaves_no_part(
    script: ModuleType, tmp_path: Path, photograph
) -> None:
    place = tmp_path / "out" / "train" / "hill.jpg"
    place.parent.mkdir(parents=True)
    place.write_bytes(b"half a hi")
    assert script.missing([photograph], tmp_path / "out") == [photograph]
    script.keep(photograph, b"a hill", tmp_path / "out", "1.0-1")
    assert script.missing([photograph], tmp_path / "out") == []
    assert [file.name for file in place.parent.iterdir()] == ["hill.jpg"]


def test_what_is_in_place_asks_for_no_package(
    script: ModuleType, tmp_path: Path, photograph
) -> None:
    def refuse(package: str, version: str) -> None:
        raise AssertionError(f"{package} {version} was asked for")

    script.keep(photograph, b"a hill", tmp_path / "out", "1.0-1")
    assert script.obtain([photograph], tmp_path / "out", refuse) == []


def test_a_package_that_fails_does_not_stop_the_next(script: ModuleType, tmp_path: Path) -> None:
    lake = line(b"a lake", split="heldout", file="lake.jpg", debian_package="lakes")
    gone = line(b"a moor", file="moor.jpg", debian_package="lakes", path="usr/share/moor.jpg")
    photographs = script.read_manifest(written(tmp_path, line(b"a hill"), lake, gone))

    def source(package: str, version: str) -> object:
        if package == "hills":
            raise script.ObtainError("not to be had")
        file = tmp_path / package / "usr" / "share" / "hill.jpg"
        file.parent.mkdir(parents=True)
        file.write_bytes(b"a lake")
        return script.Unpacked(tmp_path / package, version)

    failures = script.obtain(photographs, tmp_path / "out", source)
    assert (tmp_path / "out" / "heldout" / "lake.jpg").read_bytes() == b"a lake"
    assert len(failures) == 2
    assert "hills: not to be had (1 photographs are missing)" in failures[0]
    assert "moor.jpg" in failures[1]
    assert "found no such file" in failures[1]


def test_a_file_of_the_other_split_is_refused(
    script: ModuleType, tmp_path: Path, photograph
) -> None:
    stray = tmp_path / "out" / "heldout" / "hill.jpg"
    stray.parent.mkdir(parents=True)
    stray.write_bytes(b"a hill")
    with pytest.raises(script.ObtainError, match=r"heldout/hill\.jpg"):
        script.obtain([photograph], tmp_path / "out", lambda package, version: None)


def test_a_missing_deb_says_where_it_can_be_had(tmp_path: Path, script: ModuleType) -> None:
    with pytest.raises(script.ObtainError, match=r"hills 1\.0-1 from https://snapshot"):
        script.unpack("hills", "1.0-1", tmp_path, tmp_path)
