import re
from pathlib import Path

import pytest

from rr_tasks.refresh.history import read_annotations, read_history
from rr_tasks.shards.reader import NoShardsError, OtherDataSetError
from schemas.shard import AnnotationSpec
from tests.rr_tasks.refresh.conftest import Annotate
from tests.s3 import S3


@pytest.fixture(params=["local", "s3"])
def root(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "local":
        return str(tmp_path)
    s3: S3 = request.getfixturevalue("s3")
    return s3.url


def test_annotations_of_a_data_set_are_found_the_newest_first(
    dataset: str, root: str, annotate: Annotate
) -> None:
    old = annotate(root, 0, 1, day=1, weights_sha256="b" * 64)
    new = annotate(root, 1, day=3, weights_sha256="c" * 64)
    middle = annotate(root, 0, day=2, prompt_version="2")
    begun = annotate(root, weights_sha256="d" * 64)
    annotate(root, 0, source="0" * 16)  # another data set's
    history = read_history(root, dataset)
    assert [one.folder for one in history.known] == [new, middle, old, begun]
    assert history.known[2].samples == {0: 1, 1: 1}
    assert history.known[1].spec.reasoner.prompt_version == "2"
    assert history.unreadable == ()


def test_a_folder_whose_spec_is_damaged_is_named(
    dataset: str, tmp_path: Path, annotate: Annotate
) -> None:
    good, bad = annotate(tmp_path, 0), annotate(tmp_path, 0, weights_sha256="b" * 64)
    Path(bad, "spec.json").write_text("{")
    (tmp_path / f"annotations-{'0' * 16}").mkdir()  # stopped before its first file
    (tmp_path / "annotations-of-mine").mkdir()
    history = read_history(str(tmp_path), dataset)
    assert [one.folder for one in history.known] == [good]
    assert history.unreadable == (bad,)


def test_where_nothing_was_ever_written_there_is_no_history(dataset: str, root: str) -> None:
    assert read_history(f"{root}/none", dataset).known == ()


def test_without_a_data_set_there_is_none_either(tmp_path: Path) -> None:
    with pytest.raises(NoShardsError, match="no data set here"):
        read_history(str(tmp_path), str(tmp_path / "none"))


def test_only_annotations_of_the_data_set_with_something_finished_are_read(
    dataset: str, tmp_path: Path, annotate: Annotate, wanted: AnnotationSpec
) -> None:
    moved = Path(annotate(tmp_path, 0)).rename(tmp_path / "kept")
    assert read_annotations(str(moved), dataset).spec == wanted
    for folder, error, words in (
        (annotate(tmp_path, weights_sha256="b" * 64), NoShardsError, "none of these annotations"),
        (annotate(tmp_path, 0, source="0" * 16), OtherDataSetError, "describes another data set"),
        (str(tmp_path / "none"), NoShardsError, "no annotations here"),
        (dataset, OtherDataSetError, "not written by `rr annotate`"),
    ):
        with pytest.raises(error, match=f"^{re.escape(folder)}.*{words}"):
            read_annotations(folder, dataset)
