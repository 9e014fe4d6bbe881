from pathlib import Path

import pytest

from rr_tasks.archive.claim import claimed
from rr_tasks.archive.layout import FolderError


def test_a_second_run_on_the_same_output_is_refused(tmp_path: Path) -> None:
    with (
        claimed(tmp_path),
        pytest.raises(FolderError, match="another run is restoring"),
        claimed(tmp_path),
    ):
        pass
    with claimed(tmp_path):
        pass
