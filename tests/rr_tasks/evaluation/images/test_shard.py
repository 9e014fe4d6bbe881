from collections.abc import Callable
from pathlib import Path

import pytest

from rr_tasks.evaluation.images.metrics import quality_table
from rr_tasks.evaluation.images.shard import evaluate_shard, read_evaluation, rows_folder
from rr_tasks.evaluation.presence import tabulate_presence
from rr_tasks.reasoner.edge import EdgeReasoner
from rr_tasks.reasoner.network import ReasonerNetwork
from rr_tasks.restorer.edge import EdgeRestorer
from rr_tasks.restorer.network import RestorerNetwork
from rr_tasks.restorer.photograph import PhotographRestorer
from rr_tasks.shards.writer import write_shard
from rr_tasks.storage.claim import HeldError, claim
from schemas.prior.current import DEGRADATIONS
from schemas.reasoner import ReasonerIdentity
from schemas.shard import SampleRow
from tests.rows import read_rows

Models = tuple[EdgeReasoner, PhotographRestorer]


def identity(digit: str) -> ReasonerIdentity:
    return ReasonerIdentity(kind="edge", weights_sha256=digit * 64)


@pytest.fixture
def models(
    reasoner_network: Callable[[int], ReasonerNetwork],
    restorer_network: Callable[..., RestorerNetwork],
) -> Models:
    return (
        EdgeReasoner(reasoner_network(0), "a" * 64),
        PhotographRestorer(EdgeRestorer(restorer_network()), "b" * 64),
    )


def test_every_sample_has_a_row(dataset: str, tmp_path: Path, models: Models) -> None:
    folder = rows_folder(str(tmp_path), models[0].identity, "b" * 64, dataset)
    urls = [evaluate_shard(dataset, shard, folder, *models) for shard in (0, 1)]
    rows = read_evaluation(urls)
    truth = read_rows(dataset)
    assert rows["key"].to_list() == truth["key"].to_list()
    for name in DEGRADATIONS:
        assert rows[f"true_{name}"].to_list() == truth[name].to_list()
    assert rows["combination"].n_unique() == 16
    # A network that changes nothing gains nothing.
    assert rows["psnr_after"].to_list() == rows["psnr_before"].to_list()
    assert rows.filter(combination="clean")["psnr_before"].to_list() == [60.0] * 3
    assert rows.filter(combination="clean")["ssim_after"].to_list() == pytest.approx([1.0] * 3)
    assert rows.filter(combination="haze+noise")["psnr_before"].max() < 40
    assert len(quality_table(rows)) == 16 + 4 + 1
    assert len(tabulate_presence(rows)) == 4


def test_rows_that_are_there_are_kept(dataset: str, tmp_path: Path, models: Models) -> None:
    url = evaluate_shard(dataset, 1, str(tmp_path), *models)
    before = Path(url).stat().st_mtime_ns
    assert evaluate_shard(dataset, 1, str(tmp_path), *models) == url
    assert Path(url).stat().st_mtime_ns == before


def test_rows_that_another_run_makes_are_left_to_it(
    dataset: str, tmp_path: Path, models: Models
) -> None:
    with claim(str(tmp_path / "00001.parquet")), pytest.raises(HeldError):
        evaluate_shard(dataset, 1, str(tmp_path), *models)
    url = evaluate_shard(dataset, 1, str(tmp_path), *models)
    assert [str(path) for path in tmp_path.iterdir()] == [url]


def test_a_shard_without_samples_does_not_spoil_the_others(
    dataset: str, tmp_path: Path, models: Models
) -> None:
    failed = SampleRow(key="000000000", source="a.jpg", status="failed", error="not readable")
    empty = str(tmp_path / "empty")
    write_shard(empty, 0, "0" * 16, 1, [(failed, None)])
    urls = [
        evaluate_shard(empty, 0, str(tmp_path / "one"), *models),
        evaluate_shard(dataset, 1, str(tmp_path / "two"), *models),
    ]
    for order in (urls, urls[::-1]):
        assert len(read_evaluation(order)) == 16


def test_other_weights_have_rows_of_their_own() -> None:
    folders = {
        rows_folder("out", identity(reasoner), restorer * 64, f"shards/{data}")
        for reasoner in "ab"
        for restorer in "cd"
        for data in ("one", "two")
    }
    assert len(folders) == 8
