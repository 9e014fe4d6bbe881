import shutil
from pathlib import Path

import pytest

from rr_tasks.benchmarks import restoration
from rr_tasks.benchmarks.restoration import measure_restoration


def test_parts_are_restored_beside_their_bare_forwards(
    photographs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(restoration, "_SIZES", ((96, 64),))
    asked = []

    def restore(folder: Path, output: Path) -> None:
        asked.append(sorted(path.name for path in folder.iterdir()))
        shutil.copytree(folder, output)

    parts = list(measure_restoration(str(photographs), 8, tmp_path, restore))
    assert [part.photographs for part in parts] == [2] * 4
    assert asked == [["00000.jpg", "00001.jpg"]] * 4
    for part in parts:
        assert part.megapixels == pytest.approx(2 * 96 * 64 / 1e6)
        assert part.bare_seconds > 0
        assert part.share == part.bare_seconds / part.whole_seconds
    assert list(tmp_path.iterdir()) == []
