import time
from pathlib import Path

import numpy as np
import pytest

from rr_tasks.benchmarks import diagnosis
from rr_tasks.benchmarks.diagnosis import SIDE, measure_diagnosis
from rr_tasks.reasoner.protocol import Reasoner
from rr_tasks.restorer.photograph import PhotographRestorer
from schemas.prior.current import DiagnosticPrior


def test_medians_are_those_of_diagnoses_and_restorations_after_the_warm_up(
    photographs: Path, prior: DiagnosticPrior, monkeypatch: pytest.MonkeyPatch
) -> None:
    diagnosed, restored = [], []

    def diagnose(_: Reasoner, image: np.ndarray) -> DiagnosticPrior:
        diagnosed.append(image)
        time.sleep(0.001 if len(diagnosed) > diagnosis._WARM_UP else 0.1)
        return prior

    def restore(_: PhotographRestorer, image: np.ndarray, found: DiagnosticPrior) -> np.ndarray:
        assert found is prior
        restored.append(image)
        time.sleep(0.05)
        return image

    monkeypatch.setattr(diagnosis, "diagnose", diagnose)
    monkeypatch.setattr(PhotographRestorer, "restore", restore)
    speed = measure_diagnosis(str(photographs), 5)
    assert speed.photographs == 5
    assert all(np.array_equal(*pair) for pair in zip(diagnosed, restored, strict=True))
    assert {image.shape for image in diagnosed} == {(SIDE, SIDE, 3)}
    assert len(diagnosed) == 5 + diagnosis._WARM_UP
    assert speed.diagnosis_seconds < 0.1
    assert speed.restoration_seconds >= 0.05
    assert speed.share == speed.diagnosis_seconds / speed.restoration_seconds
