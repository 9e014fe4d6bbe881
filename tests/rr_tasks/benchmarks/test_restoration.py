import shutil
import tempfile
from pathlib import Path

import pytest

from rr_tasks.benchmarks import restoration
from rr_tasks.benchmarks.restoration import SETTINGS, measure_restoration
from rr_tasks.cpu import available_cpus


def copy(folder: Path, output: Path) -> None:
    shutil.copytree(folder, output, dirs_exist_ok=True)


def test_each_setting_restores_every_part_in_a_process_of_its_own(
    photographs: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(restoration, "_SIZES", ((96, 64),))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(restoration, "_run_models", run_nothing)
    speeds = measure_restoration(str(photographs), 8, copy)
    assert len(speeds.settings) == len(SETTINGS)
    assert [speed.workers for speed in speeds.settings] == [1, available_cpus(), available_cpus()]
    for speed in speeds.settings:
        assert speed.amount == pytest.approx(6 * 96 * 64 / 1e6)
        assert speed.seconds > 0
        assert speed.last_peak_mib >= speed.first_peak_mib > 10
        assert len(speed.sha256) == 4
    assert len({speed.sha256 for speed in speeds.settings}) == 1
    assert speeds.models_per_second == pytest.approx(2 * 96 * 64 / 1e6 / 0.5)
    assert speeds.judging_share == 0.04
    assert list(tmp_path.iterdir()) == []


def run_nothing(_part: restoration.Part) -> tuple[float, float]:
    return 0.5, 0.04
