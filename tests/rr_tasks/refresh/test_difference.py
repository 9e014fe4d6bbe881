from unittest.mock import patch

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rr_tasks.refresh.comparison import compare
from rr_tasks.refresh.difference import EDGES, QUANTILES, Difference, measure_difference
from schemas.prior.current import DEGRADATIONS, DiagnosticPrior

priors = st.from_type(DiagnosticPrior)
pairs = st.lists(st.tuples(priors, priors), max_size=5)
few = settings(max_examples=12)
SHIFTS = ["shift_mean", "shift_q05", "shift_q25", "shift_median", "shift_q75", "shift_q95"]


def keyed(column: tuple[DiagnosticPrior, ...]) -> dict[str, DiagnosticPrior]:
    return {f"{number:09d}": prior for number, prior in enumerate(column)}


def rows_of(drawn: list[tuple[DiagnosticPrior, DiagnosticPrior]]) -> pl.DataFrame:
    return compare(keyed(tuple(a for a, _ in drawn)), keyed(tuple(b for _, b in drawn)))


def of(drawn: list[tuple[DiagnosticPrior, DiagnosticPrior]]) -> Difference:
    return measure_difference([rows_of(drawn)])


@few
@given(st.lists(priors, max_size=4))
def test_annotations_do_not_differ_from_themselves(drawn: list[DiagnosticPrior]) -> None:
    found = of([(prior, prior) for prior in drawn])
    count = len(drawn)
    assert found.totals.row(0) == (count, count, 0, 0, 0, 0, 0)
    assert found.changes["appeared"].sum() == found.changes["vanished"].sum() == 0
    assert found.changes["found_old"].equals(found.changes["found_new"])
    assert all(value in {None, 0.0} for name in SHIFTS for value in found.changes[name])
    assert found.histogram.filter(pl.col("high") != 0)["samples"].sum() == 0


@few
@given(pairs)
def test_old_and_new_exchanged_mirror_every_figure(
    drawn: list[tuple[DiagnosticPrior, DiagnosticPrior]],
) -> None:
    there, back = of(drawn), of([(b, a) for a, b in drawn])
    assert there.totals.equals(back.totals)
    for one, other in (("appeared", "vanished"), ("found_old", "found_new"), ("in_both",) * 2):
        assert there.changes[one].equals(back.changes[other], check_names=False)
    for one, other in zip(SHIFTS, [SHIFTS[0], *reversed(SHIFTS[1:])], strict=True):
        for value, mirrored in zip(there.changes[one], back.changes[other], strict=True):
            assert value == (None if mirrored is None else pytest.approx(-mirrored, abs=1e-9))
    for name in DEGRADATIONS:
        bins = there.histogram.filter(degradation=name)["samples"].to_list()
        assert bins == back.histogram.filter(degradation=name)["samples"].to_list()[::-1]


@few
@given(pairs, st.integers(1, 5))
def test_how_samples_are_spread_over_shards_makes_no_difference(
    drawn: list[tuple[DiagnosticPrior, DiagnosticPrior]], size: int
) -> None:
    whole = of(drawn)
    parts = [rows_of(drawn[first : first + size]) for first in range(0, len(drawn), size)]
    with patch("rr_tasks.refresh.difference._AT_ONCE", 2):
        split = measure_difference(parts)
    assert split.totals.equals(whole.totals)
    assert split.histogram.equals(whole.histogram)
    for name in whole.changes.columns[1:]:
        expected = [None if v is None else pytest.approx(v) for v in whole.changes[name]]
        assert split.changes[name].to_list() == expected


@few
@given(pairs)
def test_figures_are_those_of_all_samples_at_once(
    drawn: list[tuple[DiagnosticPrior, DiagnosticPrior]],
) -> None:
    changes = of(drawn).changes
    for name, row in zip(DEGRADATIONS, changes.iter_rows(named=True), strict=True):
        old, new = ([getattr(pair[side], name).severity for pair in drawn] for side in (0, 1))
        was, now = np.array(old) > 0, np.array(new) > 0
        assert row["found_old"] == was.sum()
        assert row["appeared"] == (~was & now).sum()
        assert row["vanished"] == (was & ~now).sum()
        shifts = (np.array(new) - np.array(old))[was & now]
        assert row["in_both"] == len(shifts)
        if drawn:
            assert row["agreement"] == pytest.approx(100 * (was == now).mean())
        if len(shifts):
            assert row["distance"] == pytest.approx(np.abs(shifts).mean(), abs=0.0501)
            assert row["shift_mean"] == pytest.approx(shifts.mean())
            assert [row[quantile] for quantile in SHIFTS[1:]] == pytest.approx(
                np.quantile(shifts, QUANTILES), abs=0.0501
            )


def shifted(prior: DiagnosticPrior, severity: float) -> DiagnosticPrior:
    haze = prior.haze.model_copy(update={"severity": severity})
    return prior.model_copy(update={"haze": haze})


@pytest.mark.parametrize(
    ("severity", "low", "high"),
    [
        (40.0, 0, 0),
        (40.04, 0, 0),
        (39.9, 0, -2),
        (40.1, 0, 2),
        (42.0, 0, 2),
        (42.1, 2, 5),
        (30.0, -5, -10),
        (29.9, -10, -20),
        (100.0, 20, 100),
    ],
)
def test_a_shift_is_counted_in_its_bin(
    prior: DiagnosticPrior, severity: float, low: int, high: int
) -> None:
    histogram = of([(prior, shifted(prior, severity))]).histogram.filter(degradation="haze")
    assert histogram.filter(samples=1).select("low", "high").row(0) == (low, high)
    assert histogram["samples"].sum() == 1
    assert histogram.height == 2 * len(EDGES) - 1


def test_what_one_side_alone_has_is_counted_and_not_compared(prior: DiagnosticPrior) -> None:
    rows = compare({"a": prior, "b": prior}, {"b": prior, "c": prior, "d": prior})
    found = measure_difference([rows])
    assert found.totals.row(0, named=True) == {
        "samples": 1,
        "equal": 1,
        "maps_only": 0,
        "order_changed": 0,
        "reordered": 0,
        "only_old": 1,
        "only_new": 2,
    }
    assert found.changes["found_new"].to_list() == [1, 1, 1, 1]


def test_without_samples_there_is_nothing_to_tell(prior: DiagnosticPrior) -> None:
    found = measure_difference([])
    assert found.totals["samples"].item() == 0
    assert found.changes["shift_median"].to_list() == [None] * 4
    assert found.changes.schema == of([(prior, prior)]).changes.schema
