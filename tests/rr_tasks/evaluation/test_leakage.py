from pathlib import Path

import cv2
import numpy as np
import pytest

from rr_tasks.evaluation.leakage import LeakageError, check_disjoint


def test_a_photograph_in_both_folders_is_found_under_another_name(tmp_path: Path) -> None:
    for name, level in (("train/a.png", 10), ("heldout/b.png", 20)):
        (tmp_path / name).parent.mkdir()
        cv2.imwrite(str(tmp_path / name), np.full((8, 8, 3), level, np.uint8))
    check_disjoint(str(tmp_path / "train"), str(tmp_path / "heldout"))
    (tmp_path / "heldout" / "c.png").write_bytes((tmp_path / "train" / "a.png").read_bytes())
    with pytest.raises(LeakageError, match=r"c\.png is also among"):
        check_disjoint(str(tmp_path / "train"), str(tmp_path / "heldout"))


def test_files_that_cannot_be_read_or_are_empty_tell_nothing(tmp_path: Path) -> None:
    for name in ("train", "heldout"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "empty.jpg").touch()
        (tmp_path / name / "gone.jpg").symlink_to("nowhere.jpg")
    check_disjoint(str(tmp_path / "train"), str(tmp_path / "heldout"))
