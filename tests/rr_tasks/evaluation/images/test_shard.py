from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from rr_tasks.evaluation.images.artefacts.catalogue import ARTEFACTS
from rr_tasks.evaluation.images.artefacts.table import tabulate_artefacts
from rr_tasks.evaluation.images.metrics import quality_table
from rr_tasks.evaluation.images.shard import (
    NothingToEvaluateError,
    evaluate_shard,
    read_evaluation,
    rows_folder,
)
from rr_tasks.evaluation.presence import tabulate_presence
from rr_tasks.shards.writer import write_shard
from rr_tasks.storage.claim import claim
from rr_tasks.storage.held import HeldError
from schemas.evaluation import RestorationSetting
from schemas.prior.current import DEGRADATIONS
from schemas.shard import SampleRow
from tests.reasoners import PALE, RuleReasoner
from tests.rows import read_rows
from tests.rr_tasks.evaluation.images.conftest import MakeTrial


def test_every_sample_has_a_row(dataset: str, tmp_path: Path, make_trial: MakeTrial) -> None:
    trial = make_trial(dataset)
    folder = rows_folder(str(tmp_path), trial)
    urls = [evaluate_shard(trial, shard, folder) for shard in (0, 1)]
    rows = read_evaluation(urls)
    truth = read_rows(dataset)
    assert rows["key"].to_list() == truth["key"].to_list()
    assert rows["photograph"].to_list() == truth["source"].to_list()
    for name in DEGRADATIONS:
        assert rows[f"true_{name}"].to_list() == truth[name].to_list()
    assert rows["combination"].n_unique() == 16
    # A network that changes nothing gains nothing.
    assert rows["psnr_after"].to_list() == rows["psnr_before"].to_list()
    assert rows.filter(combination="clean")["psnr_before"].to_list() == [60.0] * 3
    assert rows.filter(combination="clean")["ssim_after"].to_list() == pytest.approx([1.0] * 3)
    assert rows["halo_after"].to_list() == rows["halo_before"].to_list()
    assert set(rows["outcome"]) <= {"restored", "clean", "uncertain", "unimproved"}
    assert rows.filter(combination="haze+noise")["psnr_before"].max() < 40
    assert len(quality_table(rows)) == 16 + 4 + 1
    assert len(tabulate_artefacts(rows)) == (16 + 4 + 1) * len(ARTEFACTS)
    assert len(tabulate_presence(rows)) == 4


def test_rows_that_are_there_are_kept(dataset: str, tmp_path: Path, make_trial: MakeTrial) -> None:
    url = evaluate_shard(make_trial(dataset), 1, str(tmp_path))
    before = Path(url).stat().st_mtime_ns
    assert evaluate_shard(make_trial(dataset), 1, str(tmp_path)) == url
    assert Path(url).stat().st_mtime_ns == before


def test_rows_that_another_run_makes_are_left_to_it(
    dataset: str, tmp_path: Path, make_trial: MakeTrial
) -> None:
    with claim(str(tmp_path / "00001.parquet")), pytest.raises(HeldError):
        evaluate_shard(make_trial(dataset), 1, str(tmp_path))
    url = evaluate_shard(make_trial(dataset), 1, str(tmp_path))
    assert [str(path) for path in tmp_path.iterdir()] == [url]


def test_a_shard_without_samples_does_not_spoil_the_others(
    dataset: str, tmp_path: Path, make_trial: MakeTrial
) -> None:
    failed = SampleRow(key="000000000", source="a.jpg", status="failed", error="not readable")
    empty = str(tmp_path / "empty")
    write_shard(empty, 0, "0" * 16, 1, [(failed, None)])
    urls = [
        evaluate_shard(make_trial(empty), 0, str(tmp_path / "one")),
        evaluate_shard(make_trial(dataset), 1, str(tmp_path / "two")),
    ]
    for order in (urls, urls[::-1]):
        assert len(read_evaluation(order)) == 16


def test_an_evaluation_in_which_nothing_was_restored_says_why(
    dataset: str, tmp_path: Path, make_trial: MakeTrial
) -> None:
    url = evaluate_shard(make_trial(dataset), 1, str(tmp_path))
    alone = str(tmp_path / "alone.parquet")
    nothing = pl.lit(None, pl.Float64)
    pl.read_parquet(url).with_columns(psnr_after=nothing).write_parquet(alone)
    with pytest.raises(NothingToEvaluateError, match="other priors than shuffled ones"):
        read_evaluation([alone])


class Dazzled(RuleReasoner):
    """Can say nothing of pale photographs."""

    def expected_severities(self, images):
        rows = super().expected_severities(images)
        rows[[image.mean() > PALE for image in images]] = np.nan
        return rows


def test_a_judge_says_what_is_left(dataset: str, tmp_path: Path, make_trial: MakeTrial) -> None:
    trial, judge = make_trial(dataset), Dazzled()
    unjudged = read_evaluation([evaluate_shard(trial, 1, rows_folder(str(tmp_path), trial))])
    assert unjudged["severity_after"].null_count() == len(unjudged)
    judged = replace(trial, judge=judge)
    rows = read_evaluation([evaluate_shard(judged, 1, rows_folder(str(tmp_path), judged))])
    known = rows.drop_nulls("severity_before")
    assert 0 < len(known) < len(rows)  # of pale ones nothing can be said
    assert (known["severity_before"] > 50).all()
    # A network that changes nothing leaves everything.
    assert known["severity_after"].to_list() == known["severity_before"].to_list()
    whole = quality_table(rows).filter(set="all degraded")
    degraded = known.filter(pl.col("combination") != "clean")
    assert whole["severity_after"].item() == pytest.approx(degraded["severity_after"].mean())


def test_rows_of_other_weights_and_settings_never_mix(make_trial: MakeTrial) -> None:
    trials = [
        make_trial(f"shards/{data}", priors, seed, digits)
        for digits in ("ab", "cb", "ac")
        for data in ("one", "two")
        for priors, seed in (
            *(("predicted", 0), ("true", 0), ("none", 0)),
            *(("shuffled", 0), ("shuffled", 1)),
        )
    ]
    trials += [
        replace(trials[0], setting=setting)
        for setting in (RestorationSetting(maps=False), RestorationSetting(verify=False))
    ]
    trials.append(replace(trials[0], judge=RuleReasoner()))
    assert len({rows_folder("out", trial) for trial in trials}) == len(trials)
