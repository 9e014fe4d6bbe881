import io
import json
import re
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import unquote

import polars as pl
import pytest
from rich.console import Console

from flows import promote
from flows.cli.show.pipeline import show_pipeline
from flows.launch import launch
from flows.pipeline import PipelineResult, pipeline
from flows.synthesize import synthesize
from rr_tasks.alignment.run import PartialJudgeError, ShortWalkError
from rr_tasks.degrade import synthesis
from rr_tasks.reasoner.edge import EdgeReasoner
from rr_tasks.restorer.photograph import PhotographRestorer
from rr_tasks.storage.files import publish_bytes, read_bytes
from rr_tasks.weights.file import hash_weights, locate_shipped
from schemas.parameters.pipeline import PipelineParameters
from schemas.parameters.synthesis import SynthesizeParameters
from schemas.promotion import Verdict
from schemas.restorer import EdgeRestorerChoice
from tests.s3 import S3

SHIPPED = locate_shipped("edge-restorer")
ALIGNMENT = {
    "steps": 1,
    "groups": 1,
    "members": 2,
    "crop_side": 64,
    "learning_rate": 1e-7,
}
"""So few and so small restorations that a step takes no time."""
NOT_ALIGNED = {"steps": 0}
RESULTS = (".tar", ".parquet", ".done.json", ".safetensors", ".pt", ".jsonl", ".jpg", "run.json")


def asked(photographs: Path, heldout: Path, work: Path, **other: Any) -> PipelineParameters:
    """So small a learning rate that the candidate cannot be better than the champion.

    So few samples that nothing can be said against the judge.
    """
    return PipelineParameters.model_validate(
        {
            "photographs": str(photographs),
            "heldout": str(heldout),
            "output": str(work),
            "synthesis": {"samples": 4},
            "restorer": {"steps": 2, "learning_rate": 1e-7},
            "alignment": ALIGNMENT,
            **other,
        }
    )


def results(work: Path) -> dict[str, int]:
    """When each result of a stage was written; the summary of a restoration is always new."""
    return {
        str(path.relative_to(work)): path.stat().st_mtime_ns
        for path in work.rglob("*")
        if path.name.endswith(RESULTS) and path.parent.name != "_rr"
    }


def not_again(*_: object, **__: object) -> NoReturn:
    raise AssertionError("this was done before")


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("work")


@pytest.fixture(scope="module")
def result(photographs: Path, heldout: Path, work: Path) -> PipelineResult:
    return launch(pipeline, asked(photographs, heldout, work))


def test_it_ends_with_a_verdict_a_table_and_a_restored_folder(
    result: PipelineResult, work: Path
) -> None:
    assert result.promoted.verdict.reason.startswith("kept the champion: ")
    table = pl.read_csv(Path(result.promoted.evaluation.folder) / "quality.csv")
    assert {"all degraded", "clean", "haze", "blur", "rain", "noise"} <= set(table["set"])
    counts = dict(table.select("set", "samples").iter_rows())
    assert (counts["all degraded"], counts["clean"], counts["haze+blur"]) == (15, 1, 1)
    assert result.promoted.evaluation.rows.height == 16
    assert result.summary.found == 16
    assert result.summary.archive.failed == 0
    assert len(list(Path(result.summary.parameters.output).rglob("*.jpg"))) >= 16
    assert Path(result.summary.report).read_text().startswith("<!doctype html>")


def test_the_report_shows_what_was_made_how_good_and_from_what(
    result: PipelineResult, photographs: Path, work: Path
) -> None:
    page = Path(result.report).read_text()
    assert Path(result.report) == work / "report.html"
    assert "16 photographs, diagnosed and restored" in page
    assert "all degraded" in page
    assert page.count('alt="After"') > 0
    assert "<svg" in page
    for what in ("Restored archive", "Restorer in use", "Candidate, not in use", "Priors"):
        assert f'<th scope="row">{what}</th>' in page
    assert f">{photographs}</a>" in page
    for href in re.findall(r'href="([^"]+)"', page):
        assert (work / unquote(href)).exists(), href
    pictures = re.findall(r'src="([^"]+)"', page)
    assert all(picture.startswith("data:image/") for picture in pictures)


def test_a_person_is_told_what_came_of_it(result: PipelineResult, work: Path) -> None:
    console = Console(file=io.StringIO(), width=100)
    show_pipeline(console, result)
    shown = console.file.getvalue()  # type: ignore[attr-defined]
    for words in ("Image quality", "Diagnosis", "Verdict", "16 photographs:", "quality.csv"):
        assert words in shown
    assert result.summary.report in shown
    assert Path(result.summary.report).exists()


def test_a_candidate_that_is_not_better_does_not_replace_the_shipped_weights(
    result: PipelineResult, work: Path
) -> None:
    assert not result.promoted.verdict.promoted
    assert not list((work / "champions").rglob("*"))
    assert result.summary.parameters.restorer == EdgeRestorerChoice(weights=SHIPPED)
    assert hash_weights(SHIPPED)[:12] in result.promoted.evaluation.folder


def test_an_alignment_that_cannot_be_is_found_before_all_work(
    photographs: Path, heldout: Path, tmp_path: Path
) -> None:
    reporter = {"start": {"kind": "edge", "weights": locate_shipped("edge-judge")}}
    for wrong in ({"reasoner": reporter}, {"alignment": {**ALIGNMENT, "window": 2}}):
        with pytest.raises((PartialJudgeError, ShortWalkError)):
            launch(pipeline, asked(photographs, heldout, tmp_path, **wrong))
    assert not list(tmp_path.iterdir())


def test_all_of_it_can_lie_in_a_bucket(photographs: Path, heldout: Path, s3: S3) -> None:
    inputs = [f"{s3.url}/{folder.name}" for folder in (photographs, heldout)]
    for folder, url in zip((photographs, heldout), inputs, strict=True):
        for path in folder.iterdir():
            publish_bytes(path.read_bytes(), f"{url}/{path.name}")
    asks = asked(photographs, heldout, Path("work"), alignment=NOT_ALIGNED)
    urls = {"photographs": inputs[0], "heldout": inputs[1], "output": f"{s3.url}/work"}
    parameters = asks.model_copy(update=urls)
    first = launch(pipeline, parameters)
    assert first.summary.archive.failed == 0
    assert first.summary.found == 16
    assert read_bytes(first.summary.report).startswith(b"<!doctype html>")
    assert first.summary.report.startswith(f"{s3.url}/work/restored-degraded-")
    assert b"all degraded" in read_bytes(f"{first.promoted.evaluation.folder}/quality.csv")
    again = launch(pipeline, parameters)
    assert again.promoted.verdict == first.promoted.verdict
    assert (again.summary.counts.skipped, again.summary.archive) == (16, first.summary.archive)


def test_running_again_does_nothing_twice(
    result: PipelineResult,
    photographs: Path,
    heldout: Path,
    work: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = results(work)
    kinds = {name for path in before for name in RESULTS if path.endswith(name)}
    assert kinds == set(RESULTS)
    monkeypatch.setattr(synthesis, "degrade", not_again)
    monkeypatch.setattr(EdgeReasoner, "predict", not_again)
    monkeypatch.setattr(PhotographRestorer, "restore", not_again)
    monkeypatch.setattr("rr_tasks.training.restorer.train", not_again)
    monkeypatch.setattr("rr_tasks.alignment.run.train", not_again)
    again = launch(pipeline, asked(photographs, heldout, work))
    assert results(work) == before
    assert again.promoted.verdict == result.promoted.verdict
    assert again.promoted.evaluation.quality.equals(result.promoted.evaluation.quality)
    assert (again.summary.counts.skipped, again.summary.found) == (16, 16)


def test_it_goes_on_where_it_was_killed(photographs: Path, heldout: Path, tmp_path: Path) -> None:
    parameters = asked(photographs, heldout, tmp_path, seed=3, alignment=NOT_ALIGNED)
    shards = launch(
        synthesize,
        SynthesizeParameters(
            photographs=parameters.photographs,
            output=str(tmp_path / "shards"),
            samples=parameters.synthesis.samples,
            seed=parameters.seed,
        ),
    )
    before = results(tmp_path)
    assert before
    launch(pipeline, parameters)
    after = results(tmp_path)
    assert before.items() <= after.items()
    assert list((tmp_path / "shards").glob("edge-default-*")) == [Path(shards)]


def test_a_better_candidate_becomes_the_champion_that_restores(
    result: PipelineResult,
    photographs: Path,
    heldout: Path,
    work: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The two are judged as if the candidate had won; the rest is done in earnest."""
    win = Verdict(promoted=True, reason="promoted: it won", champion_psnr=1.0, candidate_psnr=2.0)
    monkeypatch.setattr(promote, "compare", lambda *_: win)
    archive = tmp_path / "archive"
    archive.mkdir()
    photo = next(heldout.iterdir())
    (archive / photo.name).write_bytes(photo.read_bytes())
    parameters = asked(photographs, heldout, work, archive=str(archive))
    promoted = launch(pipeline, parameters)
    champion = work / "champions" / "edge-restorer.safetensors"
    assert promoted.promoted.verdict == win
    assert promoted.summary.parameters.restorer == EdgeRestorerChoice(weights=str(champion))
    assert hash_weights(str(champion)) != hash_weights(SHIPPED)
    assert json.loads(champion.with_suffix(".jsonl").read_text())["verdict"]["reason"] == win.reason
    assert hash_weights(str(champion))[:12] in promoted.promoted.evaluation.folder
    assert promoted.summary.engine != result.summary.engine
    assert (promoted.summary.found, promoted.summary.parameters.input) == (1, str(archive))
