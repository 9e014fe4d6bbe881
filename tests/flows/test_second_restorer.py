"""A restorer of another kind restores an archive, and is evaluated, by the same stages."""

from pathlib import Path

import cv2
import numpy as np
import pytest

import rr_tasks.engine
import rr_tasks.evaluation.images.trial
from flows.evaluate import evaluate
from flows.restore import restore
from rr_tasks.restorer.photograph import PhotographRestorer
from schemas.archive import RestoreParameters
from schemas.parameters.evaluation import EvaluateParameters
from schemas.restorer import RestorerChoice
from tests.latent_restorer import LatentRestorer

DIGEST = "c" * 64


@pytest.fixture(autouse=True)
def _chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    def load_latent(_choice: RestorerChoice) -> PhotographRestorer:
        return PhotographRestorer(LatentRestorer(), DIGEST)

    for module in (rr_tasks.engine, rr_tasks.evaluation.images.trial):
        monkeypatch.setattr(module, "load_restorer", load_latent)


def test_it_restores_an_archive(heldout: Path, tmp_path: Path) -> None:
    (source,) = heldout.iterdir()
    sharp = cv2.imread(str(source)).astype(np.float32)
    noisy = (
        (sharp + np.random.default_rng(0).normal(0, 30, sharp.shape)).clip(0, 255).astype(np.uint8)
    )
    (tmp_path / "archive").mkdir()
    cv2.imwrite(str(tmp_path / "archive" / "noisy.png"), noisy)
    output = tmp_path / "restored"
    parameters = RestoreParameters(
        input=str(tmp_path / "archive"),
        output=str(output),
        verify=False,
    )
    summary = restore(parameters)
    assert summary.counts.unimproved == 1  # it has learned nothing, which shows without a judge
    assert summary.engine.endswith(f" restorer {DIGEST[:16]}")
    assert np.array_equal(cv2.imread(str(output / "noisy.png")), noisy)


def test_it_is_evaluated(heldout: Path, tmp_path: Path) -> None:
    found = evaluate(EvaluateParameters(photographs=str(heldout), output=str(tmp_path)))
    assert f"-{DIGEST[:12]}-" in found.folder
    assert found.quality.filter(set="all degraded")["samples"].item() == 15
    assert found.quality["psnr_after"].is_finite().all()
