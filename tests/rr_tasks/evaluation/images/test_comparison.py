from pathlib import Path

import polars as pl
import pytest

from rr_tasks.evaluation.images.comparison import (
    COLUMNS,
    compare_methods,
    compare_shard,
    find_compared,
)
from rr_tasks.evaluation.images.scores import SCORES
from schemas.prior.current import DEGRADATIONS


def make_row(key, combination, method, psnr, lpips=None):
    return {
        "key": key,
        "photograph": f"{key[0]}.jpg",
        "combination": combination,
        "method": method,
        **{f"true_{name}": 50.0 * (name in combination.split("+")) for name in DEGRADATIONS},
        "psnr": psnr,
        "lpips": lpips,
    }


def test_methods_are_compared_only_where_they_apply_to_all(tmp_path):
    rows = [
        *(make_row(key, "noise", "rr", value) for key, value in (("a1", 30.0), ("b1", 34.0))),
        *(make_row(key, "noise", "calm", value) for key, value in (("a1", 28.0), ("b1", 29.0))),
        make_row("a2", "haze", "rr", 20.0),
        make_row("a3", "haze+noise", "rr", 10.0),
        make_row("a3", "haze+noise", "calm", 9.0),
    ]
    url = str(tmp_path / "comparison-00000.parquet")
    pl.DataFrame(rows, schema=COLUMNS).write_parquet(url)
    assert find_compared(str(tmp_path), range(2)) == {0: url}
    table = compare_methods([url])
    assert set(table["score"]) == {"psnr"}
    value = {
        (row["set"], row["method"]): (row["samples"], row["value"])
        for row in table.rows(named=True)
    }
    assert value["noise", "rr"] == (2, 32.0)
    assert value["noise", "calm"] == (2, 28.5)
    assert value["with noise", "calm"] == (3, pytest.approx(22.0))
    assert value["haze", "rr"] == (1, 20.0)
    assert ("haze", "calm") not in value
    assert ("with haze", "calm") not in value
    noise = table.filter(set="noise", method="rr")
    assert noise["low"].item() == 30.0
    assert noise["high"].item() == 34.0


def test_every_method_that_applies_has_a_row(tmp_path, dataset, make_trial):
    url = compare_shard(make_trial(dataset), 1, str(tmp_path))
    rows = pl.read_parquet(url)
    assert set(rows.columns) == set(COLUMNS)
    methods = {key: set(some["method"]) for (key,), some in rows.group_by("combination")}
    assert methods["clean"] == {"none", "rr"}
    assert methods["noise"] == {"none", "non-local means", "rr"}
    assert methods["haze+noise"] == {"none", "non-local means", "dark channel", "rr"}
    assert {"Wiener, true kernel", "Richardson-Lucy, true kernel"} <= methods["blur"]
    assert rows["psnr"].is_finite().all()
    assert set(SCORES) <= set(rows.columns)
    before = Path(url).stat().st_mtime_ns
    assert compare_shard(make_trial(dataset), 1, str(tmp_path)) == url
    assert Path(url).stat().st_mtime_ns == before
