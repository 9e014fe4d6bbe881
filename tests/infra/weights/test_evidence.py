import importlib
import sys
from pathlib import Path
from types import ModuleType

import pytest

from rr_tasks.reasoner.evidence import measure_structure
from rr_tasks.shards.png import decode_png
from rr_tasks.shards.stream import unpack
from schemas.prior.migrations import load_prior
from tests.samples import all_samples

FOLDER = Path(__file__).parents[3] / "infra" / "weights"


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(FOLDER)
    return importlib.import_module("evidence")


def test_every_sample_is_measured(script: ModuleType, dataset: str) -> None:
    rows = list(script.measure(dataset))
    for row, sample in zip(rows, all_samples(dataset).values(), strict=True):
        haze, *structures = row
        assert haze == unpack(sample, "prior.json", load_prior).haze.severity
        assert structures == [
            measure_structure(unpack(sample, name, decode_png))
            for name in ("clean.png", "degraded.png")
        ]
    assert max(haze for haze, *_ in rows) > 10


def test_a_row_is_printed_for_each_set_that_has_images(
    script: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shards = {"thin": [(0.0, 10.0, 8.0), (50.0, 12.0, 0.5)], "thick": [(90.0, 14.0, 0.2)]}
    monkeypatch.setattr(script, "measure", shards.__getitem__)
    for folders in (["thin"], ["thin", "thick"]):
        monkeypatch.setattr(sys, "argv", ["evidence.py", *folders])
        script.main()
    assert capsys.readouterr().out.splitlines() == [
        "clean: 2 images, least 10.0, median 11.0, 0.00% below 0.6",
        "degraded: 2 images, least 0.5, median 4.2, 50.00% below 0.6",
        "clean: 3 images, least 10.0, median 12.0, 0.00% below 0.6",
        "degraded: 3 images, least 0.2, median 0.5, 66.67% below 0.6",
        "with haze of at least 80: 1 images, least 0.2, median 0.2, 100.00% below 0.6",
    ]


def test_a_folder_without_shards_is_named(
    script: ModuleType,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(sys, "argv", ["evidence.py", str(tmp_path / "none")])
    with pytest.raises(SystemExit):
        script.main()
    assert str(tmp_path / "none") in capsys.readouterr().err
