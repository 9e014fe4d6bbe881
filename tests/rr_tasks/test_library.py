"""What other programs may use of the package."""

import doctest
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

import rr_tasks
from rr_tasks import restore_photograph
from rr_tasks.photographs.reading import read_pixels
from rr_tasks.samples import sample_photographs
from schemas.treatment import Treatment


@pytest.fixture
def holiday(tmp_path: Path) -> Path:
    """A small photograph with much noise."""
    sample = cv2.imread(str(Path(sample_photographs(), "explore_world_animals__lemur.webp")))
    small = cv2.resize(sample, (168, 128), interpolation=cv2.INTER_AREA)
    noise = np.random.default_rng(0).normal(0, 40, small.shape)
    path = tmp_path / "holiday.jpg"
    cv2.imwrite(str(path), np.clip(small + noise, 0, 255), [cv2.IMWRITE_JPEG_QUALITY, 95])
    return path


def test_the_example_works(holiday: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(holiday.parent)
    assert doctest.testmod(rr_tasks).failed == 0
    assert doctest.testmod(rr_tasks).attempted >= 4


def test_a_file_and_its_pixels_are_restored_alike(holiday: Path) -> None:
    pixels = read_pixels(str(holiday))
    restored = restore_photograph(pixels)
    assert np.array_equal(restored, restore_photograph(holiday))
    assert not np.array_equal(restored, pixels)


def test_what_to_undo_can_be_said(holiday: Path) -> None:
    pixels = read_pixels(str(holiday))
    edits = Treatment(edit_prior={"noise.severity": 0.0}, keep=("haze", "blur", "rain"))
    assert restore_photograph(pixels, edits) is pixels
    whole, half = (
        restore_photograph(pixels, Treatment(strength=strength, verify=False)).astype(int)
        for strength in (1.0, 0.5)
    )
    assert np.abs(2 * half - whole - pixels).max() <= 1


def test_a_photograph_that_needs_nothing_comes_back_as_it_is() -> None:
    clean = np.full((160, 160, 3), 128, np.uint16)
    assert restore_photograph(clean) is clean


def test_the_package_is_imported_without_what_it_offers() -> None:
    code = (
        "import sys, rr_tasks\n"
        "assert {'EdgeReasoner', 'restore_photograph'} <= set(rr_tasks.__all__)\n"
        "assert not {'torch', 'numpy', 'prefect'} & set(sys.modules)\n"
        "try: rr_tasks.nothing\n"
        "except AttributeError: print('ok')"
    )
    root = Path(__file__).parents[2]
    shown = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, check=True)
    assert shown.stdout == b"ok\n"
