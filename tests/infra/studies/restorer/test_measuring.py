import importlib
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from rr_tasks.evaluation.images.trial import Trial
from rr_tasks.photographs.pixels import Pixels
from rr_tasks.restorer.edge import EdgeRestorer
from rr_tasks.restorer.network import RestorerNetwork
from rr_tasks.restorer.photograph import PhotographRestorer
from schemas.evaluation import RestorationSetting
from schemas.prior.current import DiagnosticPrior
from tests.reasoners import RuleReasoner

FOLDER = Path(__file__).parents[4] / "infra" / "studies" / "restorer"


class Darkens(PhotographRestorer):
    """Changes every photograph, so that there is something to gain or to lose."""

    def restore(self, photograph: Pixels, prior: DiagnosticPrior | None) -> Pixels:
        """See `PhotographRestorer.restore`."""
        return photograph - photograph // 4


def test_gains_are_those_of_an_evaluation(
    monkeypatch: pytest.MonkeyPatch,
    dataset: str,
    tmp_path: Path,
    restorer_network: Callable[..., RestorerNetwork],
) -> None:
    monkeypatch.syspath_prepend(FOLDER)
    measuring = importlib.import_module("measuring")
    restorer = Darkens(EdgeRestorer(restorer_network()), "a" * 64)
    setting = RestorationSetting(priors="true", verify=False)
    trial = Trial(dataset, RuleReasoner(), restorer, setting)
    gains = measuring.measure_gains(trial, str(tmp_path))
    rows = measuring.measure(trial, str(tmp_path)).filter(pl.col("combination") != "clean")
    expected = rows.with_columns(gain=pl.col("psnr_after") - pl.col("psnr_before"))
    assert gains.equals(expected.select(gains.columns))
    assert (gains["gain"] != 0.0).any()
