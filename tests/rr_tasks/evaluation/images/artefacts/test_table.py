import polars as pl
import pytest

from rr_tasks.evaluation.images.artefacts.catalogue import ARTEFACTS
from rr_tasks.evaluation.images.artefacts.table import tabulate_artefacts
from schemas.prior.current import DEGRADATIONS


def test_the_mean_and_the_worst_are_told_of_those_that_could_be_measured():
    sizes = [float(size) for size in range(20)]
    rows = pl.DataFrame(
        {
            "combination": ["haze"] * 20 + ["clean", "rain"],
            "psnr_after": [20.0] * 21 + [None],
            **{f"true_{name}": [50.0 * (name == "haze")] * 20 + [0.0] * 2 for name in DEGRADATIONS},
            **{f"{name}_before": [1.0] * 22 for name in ARTEFACTS},
            **{f"{name}_after": [*sizes, None, None] for name in ARTEFACTS},
        }
    )
    table = tabulate_artefacts(rows)
    (haze,) = table.filter(set="haze", artefact="halo").rows(named=True)
    assert haze["samples"] == 20
    assert haze["before"] == 1.0
    assert haze["after"] == pytest.approx(9.5)
    assert haze["worst"] == pytest.approx(18.0, abs=1)
    assert table.filter(set="clean", artefact="grid")["samples"].item() == 0
    assert table.filter(set="rain", artefact="grid")["after"].item() is None
    assert table.filter(set="all degraded", artefact="cast")["samples"].item() == 20
