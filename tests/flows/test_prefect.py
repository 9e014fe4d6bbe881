"""The flows as real flow runs on a real Prefect server."""

import json
import shutil
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner

from flows import cli, gauge
from flows import task_runs as prefect_tasks
from flows.deployments import (
    annotate,
    assess,
    refresh,
    restore,
    synthesize,
)
from flows.host import host
from flows.launch import launch
from flows.naming import name_run
from flows.progress import follow
from flows.server import as_flow
from flows.synthesize import synthesize as synthesis
from flows.terminal import Terminal
from rr_tasks.degrade import tasks as degrade_tasks
from rr_tasks.progress import Progress, report
from rr_tasks.shards.reader import done_shards
from rr_tasks.storage.held import Held, HeldError
from schemas.parameters.annotation import AnnotateParameters, RefreshParameters
from schemas.parameters.synthesis import SynthesizeParameters
from tests.flows.runs import artifacts, last_run, task_runs

SynthesizeShard = Callable[..., Any]


@pytest.fixture
def parameters(photographs: Path, tmp_path: Path) -> SynthesizeParameters:
    """Five shards of one sample each."""
    return SynthesizeParameters(
        photographs=str(photographs), output=str(tmp_path / "sets"), samples=5, shard_size=1
    )


@pytest.fixture
def break_shard(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[int]]:
    """Makes a shard fail with an error, always or so many times; returns the shards begun."""
    whole = degrade_tasks.synthesize_shard

    def arrange(broken: int, error: BaseException, times: int = 1_000) -> list[int]:
        begun: list[int] = []

        def synthesize_shard(folder: str, spec: Any, photographs: Any, shard: int) -> Any:
            begun.append(shard)
            if shard == broken and begun.count(shard) <= times:
                raise error
            return whole(folder, spec, photographs, shard)

        monkeypatch.setattr(degrade_tasks, "synthesize_shard", synthesize_shard)
        return begun

    monkeypatch.setattr(prefect_tasks, "RETRY_DELAYS", [0, 0, 0])
    return arrange


@pytest.mark.usefixtures("server")
def test_a_stage_is_a_flow_run_with_a_task_run_for_each_shard(
    parameters: SynthesizeParameters,
) -> None:
    folder = launch(synthesis, parameters)
    assert isinstance(host(), Terminal)
    run = last_run(synthesize)
    assert run.state is not None
    assert run.state.is_completed()
    tasks = task_runs(run, 5)
    assert sorted(tasks) == [f"synthesize shard {number:05d}" for number in range(5)]
    assert all(one.state and one.state.is_completed() for one in tasks.values())
    shown = artifacts(run)
    assert shown["synthesize-photographs"].type == "progress"
    assert shown["synthesize-photographs"].data == 100.0
    assert "5 of 5" in str(shown["synthesize-photographs"].description)
    rows = json.loads(str(shown["synthesized-shards"].data))
    assert [row["shard"] for row in rows] == list(range(5))
    assert folder in str(shown["synthesized-shards"].description)


@pytest.mark.usefixtures("server")
def test_only_settings_are_stored_and_no_pixels(parameters: SynthesizeParameters) -> None:
    launch(synthesis, parameters)
    run = last_run(synthesize)
    assert run.parameters == {"parameters": parameters.model_dump(mode="json")}
    for one in task_runs(run, 5).values():
        assert all(inputs == [] for inputs in one.task_inputs.values())
        assert one.state is not None
        assert len(str(one.state.data)) < 1_000


@pytest.mark.usefixtures("server")
def test_a_shard_that_fails_fails_the_run_and_the_next_run_completes_it(
    parameters: SynthesizeParameters,
    break_shard: Callable[..., list[int]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with monkeypatch.context():
        begun = break_shard(2, OSError("the storage burst"))
        with pytest.raises(OSError, match="the storage burst"):
            launch(synthesis, parameters)
    assert begun.count(2) == 1  # it would fail again
    run = last_run(synthesize)
    assert run.state is not None
    assert run.state.is_failed()
    assert "the storage burst" in str(run.state.message)
    (folder,) = Path(parameters.output).glob("[!.]*")
    done = {path: path.stat().st_mtime_ns for path in folder.glob("*.tar")}
    assert {folder / "00000.tar", folder / "00001.tar"} <= done.keys()
    assert folder / "00002.tar" not in done
    begun = break_shard(-1, AssertionError())
    assert launch(synthesis, parameters) == str(folder)
    assert last_run(synthesize).state.is_completed()
    assert len(done_shards(str(folder))) == 5
    assert all(path.stat().st_mtime_ns == before for path, before in done.items())


@pytest.mark.usefixtures("server")
def test_only_what_the_network_did_is_tried_again(
    parameters: SynthesizeParameters, break_shard: Callable[..., list[int]]
) -> None:
    begun = break_shard(1, ConnectionError("reset by peer"), times=2)
    launch(synthesis, parameters)
    assert [begun.count(number) for number in range(5)] == [1, 3, 1, 1, 1]
    tasks = task_runs(last_run(synthesize), 5)
    assert tasks["synthesize shard 00001"].run_count == 3
    assert tasks["synthesize shard 00000"].run_count == 1


@pytest.mark.usefixtures("server")
def test_a_shard_of_another_run_fails_nothing_and_is_asked_for_again(
    parameters: SynthesizeParameters,
    break_shard: Callable[..., list[int]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    held = Held("data/00001.done.json", b"")
    waited: list[Held] = []

    def wait(claim: Held) -> None:
        waited.append(claim)

    monkeypatch.setattr(Held, "wait", wait)
    begun = break_shard(1, HeldError(held), times=1)
    folder = launch(synthesis, parameters)
    assert waited == [held]
    assert sorted(begun[:5]) == [0, 1, 2, 3, 4]
    assert begun[5:] == [1]
    assert len(done_shards(folder)) == 5
    tasks = task_runs(last_run(synthesize), 6)
    assert all(one.state and one.state.is_completed() for one in tasks.values())


@pytest.mark.usefixtures("server")
def test_ctrl_c_leaves_no_run_that_seems_to_go_on(
    parameters: SynthesizeParameters, break_shard: Callable[..., list[int]]
) -> None:
    break_shard(1, KeyboardInterrupt())
    arguments = [parameters.photographs, parameters.output, "--samples", "5", "--shard-size", "1"]
    result = CliRunner().invoke(cli.app, ["synthesize", *arguments])
    assert result.exit_code == 130
    assert "Stopped. Run the same command again to resume." in result.stderr
    run = last_run(synthesize)
    assert run.state is not None
    assert run.state.is_final()
    assert not run.state.is_completed()


@pytest.mark.usefixtures("server")
def test_a_refresh_shows_its_plan_and_what_became_different(
    parameters: SynthesizeParameters, reasoner: str
) -> None:
    shards = synthesis(parameters.model_copy(update={"samples": 2}))
    annotate(AnnotateParameters(shards=shards))
    refresh(RefreshParameters(shards=shards, reasoner=reasoner, dry_run=True))
    shown = artifacts(last_run(refresh))
    assert set(shown) == {"refresh-plan", "refresh-estimate"}
    assert "for 2 samples" in str(shown["refresh-estimate"].data)
    refresh(RefreshParameters(shards=shards, reasoner=reasoner))
    run = last_run(refresh)
    assert sorted(task_runs(run, 4)) == [
        f"{what} shard {shard:05d}" for what in ("annotate", "compare") for shard in (0, 1)
    ]
    shown = artifacts(run)
    plan = {row["state"]: row["shards"] for row in json.loads(str(shown["refresh-plan"].data))}
    assert (plan["stale"], plan["current"], plan["missing"]) == (2, 0, 0)
    totals = {row["what"]: row["value"] for row in json.loads(str(shown["priors-totals"].data))}
    assert (totals["samples"], totals["equal"]) == (2, 0)
    assert "| haze |" in str(shown["priors-changes"].data)  # too wide for a table artifact
    assert "report.html" in str(shown["priors-report"].data)


@pytest.mark.usefixtures("server")
def test_an_assessment_shows_its_tables(heldout: Path, tmp_path: Path) -> None:
    asked = {"photographs": str(heldout), "output": str(tmp_path), "rounds": 1}
    assess(parameters=asked | {"sources": ["cdd11-like"], "short_sides": [64]})
    run = last_run(assess)
    assert sorted(task_runs(run, 4)) == [f"predict {number:05d}" for number in range(5)]
    shown = artifacts(run)
    assert shown["predict"].data == 100.0
    note = str(shown["assessment"].data)
    assert "| cdd11\\-like |" in note
    assert "## Physical parameters" in note
    assert "assessment.html" in note


@pytest.mark.usefixtures("server")
def test_plain_json_restores_an_archive(photographs: Path, tmp_path: Path) -> None:
    archive, output = tmp_path / "holidays", tmp_path / "restored"
    shutil.copytree(photographs, archive)
    (archive / "broken.jpg").write_bytes(b"no photograph")
    asked = {"input": str(archive), "output": str(output), "chunk_size": 2, "strength": 0.5}
    summary = restore(parameters=json.loads(json.dumps(asked)))
    assert summary.found == 4
    assert summary.parameters.strength == 0.5
    run = last_run(restore)
    assert run.name == name_run("restore", summary.parameters)
    assert {"stage:restore", "tier:edge", "archive:holidays"} <= set(run.tags)
    assert run.state is not None
    assert (run.state.name, run.state.is_completed()) == ("Completed with failures", True)
    assert "4 photographs: " in str(run.state.message)
    assert ", 1 failed" in str(run.state.message)
    tasks = task_runs(run, 2)
    assert sorted(tasks) == ["restore chunk 00000", "restore chunk 00001"]
    assert "archive:holidays" in tasks["restore chunk 00000"].tags
    shown = artifacts(run)
    assert shown["restore-photographs"].data == 100.0
    assert "1 failed" in str(shown["restore-photographs"].description)
    counts = json.loads(str(shown["counts"].data))
    assert sum(row["photographs"] for row in counts) == 4
    assert summary.report in str(shown["report"].data)
    assert str(shown["report"].data).count("data:image/jpeg;base64,") == 2 * summary.counts.restored
    restore(parameters=asked)
    assert "3 done before" in str(last_run(restore).state.message)


@pytest.mark.usefixtures("server")
def test_progress_costs_few_requests_and_no_work_waits_for_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told: list[str] = []
    update = gauge.update_progress_artifact

    def count(*arguments: Any, **named: Any) -> None:
        told.append(named["description"])
        if len(told) == 1:
            raise httpx.ConnectError("the server is away")
        update(*arguments, **named)

    monkeypatch.setattr(gauge, "update_progress_artifact", count)
    monkeypatch.setattr(gauge, "UPDATE_SECONDS", 0.2)

    def work(parameters: dict[str, int]) -> float:
        with follow("Restore photographs", parameters["photographs"]):
            start = time.perf_counter()
            for done in range(parameters["photographs"]):
                report(Progress("00000", done + 1, failed=1, pixels=done * 1_000_000))
                time.sleep(0.001)
            return time.perf_counter() - start

    seconds = as_flow(work)(parameters={"photographs": 1_000})
    assert 2 <= len(told) <= 3 + seconds / 0.2
    assert "1,000 of 1,000, done in" in told[-1]
    assert "1 failed" in told[-1]
    assert "MP/s" in told[-1]


@pytest.mark.usefixtures("server")
@pytest.mark.parametrize("workers", [1, 2])
def test_as_many_shards_run_at_the_same_time_as_there_are_workers(
    parameters: SynthesizeParameters, monkeypatch: pytest.MonkeyPatch, workers: int
) -> None:
    whole, lock = degrade_tasks.synthesize_shard, threading.Lock()
    at_work, most = 0, 0

    def synthesize_shard(*arguments: Any) -> Any:
        nonlocal at_work, most
        with lock:
            at_work += 1
            most = max(most, at_work)
        time.sleep(0.3)
        marker = whole(*arguments)
        with lock:
            at_work -= 1
        return marker

    monkeypatch.setattr(degrade_tasks, "synthesize_shard", synthesize_shard)
    launch(synthesis, parameters.model_copy(update={"workers": workers}))
    assert most == workers
