"""The shipped restorer works in tiles, and nobody shall see where they meet."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from rr_tasks.evaluation.images.artefacts.seams import measure_seams
from rr_tasks.photographs.reading import read_photograph
from rr_tasks.reasoner.diagnosis import diagnose
from rr_tasks.reasoner.load import load_reasoner
from rr_tasks.restorer.load import load_restorer
from rr_tasks.samples import sample_photographs
from schemas.reasoner import EdgeReasonerChoice
from schemas.restorer import EdgeRestorerChoice

SEEN = 1.5
"""Levels of a step that runs across a photograph; 8-bit images have none between 0 and 1."""


def test_tiles_of_the_shipped_restorer_meet_unseen(monkeypatch: pytest.MonkeyPatch) -> None:
    clean = read_photograph(str(Path(sample_photographs(), "explore_world_animals__lemur.webp")))
    noise = np.random.default_rng(0).normal(0, 15, clean.shape)
    degraded = np.clip(0.6 * clean + 0.4 * 225 + noise, 0, 255).round().astype(np.uint8)
    prior = diagnose(load_reasoner(EdgeReasonerChoice()), degraded)
    assert {"haze", "noise"} <= prior.present().keys()
    shipped = load_restorer(EdgeRestorerChoice())
    tiled = np.asarray(shipped.restore(degraded, prior), np.uint8)
    assert max(clean.shape) > shipped.restorer.tile.side
    monkeypatch.setattr(shipped.restorer, "tile", replace(shipped.restorer.tile, side=1024))
    whole = np.asarray(shipped.restore(degraded, prior), np.uint8)
    seams = measure_seams(tiled, whole)
    assert seams is not None
    assert seams < SEEN
    stepped = np.where(np.arange(1024)[:, None] < 500, whole, np.minimum(whole, 253) + 2)
    step = measure_seams(stepped.astype(np.uint8), whole)
    assert step is not None
    assert step > SEEN
