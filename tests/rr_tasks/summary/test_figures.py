import polars as pl
import pytest

from rr_tasks.summary.figures import compare_restorers
from schemas.prior.current import DEGRADATIONS


def rows(gains: dict[str, list[float]]) -> pl.DataFrame:
    """Two photographs for each combination, at 20 dB before."""
    return pl.DataFrame(
        {
            "key": [f"{name}{place}" for name in gains for place in (0, 1)],
            "photograph": ["a.jpg", "b.jpg"] * len(gains),
            "combination": [name for name in gains for _ in (0, 1)],
            "psnr_before": [20.0] * 2 * len(gains),
            "psnr_after": [20.0 + gain for pair in gains.values() for gain in pair],
            "severity_after": [40.0 - gain for pair in gains.values() for gain in pair],
            **{
                f"true_{kind}": [50.0 * (kind in name) for name in gains for _ in (0, 1)]
                for kind in DEGRADATIONS
            },
        }
    )


def test_means_gains_and_shares_come_with_intervals() -> None:
    so_far = rows({"clean": [0.0, 0.0], "haze": [1.0, 3.0], "haze+rain": [-1.0, 1.0]})
    candidate = rows({"clean": [0.0, 0.0], "haze": [2.0, 3.0], "haze+rain": [-1.0, -1.0]})
    found = {one.name: one for one in compare_restorers(so_far, candidate)}
    assert list(found) == ["clean", "haze", "all degraded"]
    haze, everything = found["haze"], found["all degraded"]
    assert (haze.samples, everything.samples) == (2, 4)
    assert haze.so_far.value == pytest.approx(22.0)
    assert haze.candidate == pytest.approx((22.5, 22.0, 23.0))
    assert haze.gain == pytest.approx((0.5, 0.0, 1.0))
    assert [one.value for one in everything.worse] == [0.25, 0.5]
    assert [one.value for one in haze.severity] == [38.0, 37.5]


def test_samples_that_one_of_them_lacks_are_left_out() -> None:
    so_far = rows({"haze": [1.0, 3.0]})
    candidate = so_far.with_columns(psnr_after=pl.Series([None, 25.0]))
    (haze, _) = compare_restorers(so_far, candidate)
    assert haze.samples == 1
    assert haze.gain.value == pytest.approx(2.0)
