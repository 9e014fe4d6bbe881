import re
from pathlib import Path

import pytest

from rr_tasks.reasoner.annotation import check_belongs
from rr_tasks.shards.reader import NoShardsError, OtherDataSetError
from rr_tasks.shards.spec import read_data_spec


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
