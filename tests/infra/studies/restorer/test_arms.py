import importlib
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import torch

from rr_tasks.restorer.network import CONDITION_LENGTH, RestorerNetwork
from schemas.prior.current import DiagnosticPrior
from schemas.training import LoopSettings
from tests.annotating import annotate_all
from tests.reasoners import RuleReasoner

FOLDER = Path(__file__).parents[4] / "infra" / "studies" / "restorer"
PHOTOGRAPH = np.random.default_rng(0).integers(0, 256, (64, 80, 3), np.uint8)


@pytest.fixture
def arms(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(FOLDER)
    return importlib.import_module("arms")


def test_each_arm_reads_more_of_a_prior(arms: ModuleType, prior: DiagnosticPrior) -> None:
    network = RestorerNetwork(arms.SHAPE)
    images, pixels = torch.rand(1, 3, 64, 80), PHOTOGRAPH
    found = {}
    for reads in ("nothing", "vector", "guides"):
        arm = arms.Arm(network, reads)
        guides = arm.survey(pixels, prior)[0:64, 0:80]
        planes = torch.from_numpy(guides).permute(2, 0, 1)[None] / 255
        found[reads] = (arm.prepare(images, [prior], planes).prior, guides)
    withheld = torch.zeros(1, CONDITION_LENGTH)
    assert torch.equal(found["nothing"][0], withheld)
    assert torch.equal(found["vector"][0], found["guides"][0])
    assert not torch.equal(found["vector"][0], withheld)
    assert np.array_equal(found["nothing"][1], found["vector"][1])
    assert not np.array_equal(found["vector"][1], found["guides"][1])


def test_a_finished_run_is_kept(arms: ModuleType, dataset: str, tmp_path: Path) -> None:
    annotations = annotate_all(dataset, str(tmp_path), RuleReasoner())
    run = arms.Run("vector", 1, str(tmp_path))
    settings = LoopSettings(steps=2, batch_size=2, learning_rate=1e-3, warmup_steps=0)
    seen: list[int] = []
    for _ in range(2):
        run.train(dataset, annotations, settings, lambda step, _: seen.append(step))
    assert seen == [2]
    assert (tmp_path / "vector-1" / "edge-restorer.safetensors").exists()
