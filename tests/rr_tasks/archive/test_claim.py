from pathlib import Path

import pytest

from rr_tasks.archive.check import FolderError
from rr_tasks.archive.claim import claimed


def test_a_second_run_on_the_same_output_is_refused(tmp_path: Path) -> None:
    with (
        claimed(str(tmp_path)),
        pytest.raises(FolderError, match="another run is restoring"),
        claimed(str(tmp_path)),
    ):
        pass
    with claimed(str(tmp_path)):
        pass
