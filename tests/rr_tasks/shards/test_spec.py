import re
from pathlib import Path

import pytest

from rr_tasks.reasoner.annotation import check_belongs
from rr_tasks.shards.reader import NoShardsError, OtherDataSetError
from rr_tasks.shards.spec import open_folder, read_data_spec, read_spec
from rr_tasks.storage.failure import AccessDeniedError
from schemas.reasoner import ReasonerIdentity
from schemas.shard import AnnotationSpec, folder_name
from tests.s3 import READER_KEY, READER_SECRET, S3


@pytest.mark.parametrize("content", [b"", b"{", b"{}", b"\xff"])
def test_a_damaged_spec_is_named(tmp_path: Path, content: bytes) -> None:
    spec = tmp_path / "spec.json"
    spec.write_bytes(content)
    words = f"^{re.escape(str(spec))}: not written by `rr synthesize` or `rr ingest`, or damaged; "
    with pytest.raises(OtherDataSetError, match=words):
        read_data_spec(str(tmp_path))
    words = f"^{re.escape(str(spec))}: not written by `rr annotate`, or damaged; "
    with pytest.raises(OtherDataSetError, match=words):
        check_belongs(str(tmp_path), str(tmp_path))


def test_a_folder_without_a_spec_is_named(tmp_path: Path) -> None:
    with pytest.raises(NoShardsError, match="no data set here"):
        read_data_spec(str(tmp_path))
    with pytest.raises(NoShardsError, match="no annotations here"):
        check_belongs(str(tmp_path), str(tmp_path))


def test_the_folder_around_data_sets_tells_their_names(dataset: str) -> None:
    root, _, name = dataset.rpartition("/")
    for read in (read_spec, read_data_spec):
        with pytest.raises(NoShardsError, match=rf"^{re.escape(root)}: no .+ in it: {name}$"):
            read(root)


SPEC = AnnotationSpec(
    source="a" * 16, reasoner=ReasonerIdentity(kind="edge", weights_sha256="0" * 64)
)


def test_a_folder_that_is_opened_says_what_it_holds(tmp_path: Path) -> None:
    folder = open_folder(str(tmp_path), SPEC)
    assert folder == f"{tmp_path}/{folder_name(SPEC)}"
    assert read_spec(folder) == SPEC


@pytest.mark.parametrize("content", [b"", b"{", b"{}"])
def test_a_damaged_spec_is_written_anew(tmp_path: Path, content: bytes) -> None:
    folder = open_folder(str(tmp_path), SPEC)
    (Path(folder) / "spec.json").write_bytes(content)
    open_folder(str(tmp_path), SPEC)
    assert read_spec(folder) == SPEC


def test_who_may_only_read_can_open_what_is_there(s3: S3, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = open_folder(s3.url, SPEC)
    monkeypatch.setenv("RR_S3_ACCESS_KEY", READER_KEY)
    monkeypatch.setenv("RR_S3_SECRET_KEY", READER_SECRET)
    assert open_folder(s3.url, SPEC) == folder
    with pytest.raises(AccessDeniedError):
        open_folder(s3.url, SPEC.model_copy(update={"source": "b" * 16}))
