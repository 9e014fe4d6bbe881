import importlib
from pathlib import Path
from types import ModuleType

import cv2
import numpy as np
import polars as pl
import pytest

from rr_tasks.photographs.reading import read_photograph
from rr_tasks.reasoner.load import load_reasoner
from rr_tasks.restorer.load import load_restorer
from rr_tasks.samples import sample_photographs
from schemas.reasoner import EdgeReasonerChoice
from schemas.restorer import EdgeRestorerChoice

FOLDER = Path(__file__).parents[3] / "infra" / "weights"


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(FOLDER)
    return importlib.import_module("judge")


def test_restorations_are_compared_with_and_without_verification(
    script: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    sample = read_photograph(str(Path(sample_photographs(), "explore_world_animals__lemur.webp")))
    clean = cv2.resize(sample, (200, 160), interpolation=cv2.INTER_AREA)
    noise = np.random.default_rng(0).normal(0, 20, clean.shape)
    noisy = (clean + noise).clip(0, 255).astype(np.uint8)
    monkeypatch.setattr(script, "_read", lambda _: iter([(clean, noisy), (clean, clean)]))
    engine = script.RememberingEngine(
        load_reasoner(EdgeReasonerChoice()), load_restorer(EdgeRestorerChoice())
    )
    rows = pl.DataFrame(list(script.restore_all("data", 9, engine)), schema=script.COLUMNS)
    assert rows["diagnosis"].to_list() == ["its own", "its own", "another's"]
    assert rows["outcome"][0] == "whole"
    assert rows["with"][0] == rows["without"][0] > 3
    assert rows["outcome"][1] == "left alone"
    assert rows["without"][2] < rows["with"][2] == 0.0
    assert rows["outcome"][2] == "dropped"
    assert "its own" in script.tabulate(rows)
