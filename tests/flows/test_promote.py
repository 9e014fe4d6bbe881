"""The gate: a person decides whether better weights are put into use."""

import io
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import polars as pl
import pytest
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import FlowRunFilter
from prefect.client.schemas.objects import FlowRun
from rich.console import Console

from flows import promote as promoting
from flows import server as prefect_server
from flows.answer import Answer, NobodyAnsweredError
from flows.evaluate import Evaluation
from flows.host import host
from flows.launch import launch
from flows.promote import Promoted, promote, roll_back
from flows.terminal import Terminal
from rr_tasks.evaluation.champion import find_champion, read_history
from rr_tasks.weights.file import locate_shipped
from schemas.parameters.evaluation import EvaluateParameters
from schemas.parameters.promotion import PromoteParameters, RollBackParameters
from schemas.promotion import Verdict
from schemas.restorer import EdgeRestorerChoice

WIN = Verdict(promoted=True, reason="promoted: 2 dB is more", champion_psnr=1.0, candidate_psnr=2.0)
SHIPPED = EdgeRestorerChoice(weights=locate_shipped("edge-restorer"))


@pytest.fixture
def asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> PromoteParameters:
    """A candidate that is better, as if both had been evaluated, and a person to ask."""
    nothing = pl.DataFrame()
    seen = Evaluation(nothing, nothing, nothing, nothing, nothing, nothing, None, None, "", "")
    monkeypatch.setattr(promoting, "_evaluate", lambda *_: seen)
    monkeypatch.setattr(promoting, "compare", lambda *_: WIN)
    candidate = tmp_path / "candidate.safetensors"
    candidate.write_bytes(b"weights")
    return PromoteParameters(
        candidate=EdgeRestorerChoice(weights=str(candidate)),
        champions=str(tmp_path / "champions"),
        evaluation=EvaluateParameters(photographs="heldout", output="evaluation"),
        gate=True,
    )


def test_where_nobody_can_be_asked_nothing_is_begun(
    asked: PromoteParameters, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(promoting, "_evaluate", None)
    monkeypatch.setattr("sys.stdin", io.StringIO())
    with pytest.raises(NobodyAnsweredError, match="set PREFECT_API_URL, run this in a terminal"):
        launch(promote, asked)


@pytest.mark.parametrize(("typed", "promoted"), [("y\nlooks good\n", True), ("n\n\n", False)])
def test_a_person_at_the_terminal_decides(
    asked: PromoteParameters,
    shown: Console,
    monkeypatch: pytest.MonkeyPatch,
    typed: str,
    promoted: bool,
) -> None:
    monkeypatch.setattr(Terminal, "can_ask", lambda _: True)
    monkeypatch.setattr("sys.stdin", io.StringIO(typed))
    outcome = launch(promote, asked)
    assert outcome.verdict.promoted is promoted
    assert outcome.restorer == find_champion(asked.champions, asked.candidate)
    assert (outcome.restorer == SHIPPED) is not promoted
    text = shown.file.getvalue()  # type: ignore[attr-defined]
    assert WIN.reason in text
    assert "candidate.safetensors into use" in text
    (row,) = read_history(asked.champions, "edge")
    assert (row.action, row.note) == (("promoted", "looks good") if promoted else ("refused", ""))


def test_a_terminal_that_is_closed_promotes_nothing(
    asked: PromoteParameters, shown: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Terminal, "can_ask", lambda _: True)
    monkeypatch.setattr("sys.stdin", io.StringIO())
    with pytest.raises(NobodyAnsweredError, match="run again"):
        launch(promote, asked)
    assert find_champion(asked.champions, asked.candidate) == SHIPPED


def test_a_no_stands_until_somebody_asks_for_these_weights_again(
    asked: PromoteParameters, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = [Answer(yes=False, note="too sharp")]
    monkeypatch.setattr(Terminal, "can_ask", lambda _: True)
    monkeypatch.setattr(Terminal, "ask", lambda *_: answers.pop())
    assert "a person refused the candidate" in launch(promote, asked).verdict.reason
    again = launch(promote, asked)
    assert "a person refused these weights on 20" in again.verdict.reason
    assert again.restorer == SHIPPED
    anyway = asked.model_copy(update={"gate": False, "again": True})
    assert launch(promote, anyway).verdict == WIN
    restorer = launch(roll_back, RollBackParameters(champions=asked.champions, note="it hums"))
    assert restorer == find_champion(asked.champions, asked.candidate)
    assert [row.note for row in read_history(asked.champions, "edge")] == [
        "too sharp",
        "",
        "it hums",
    ]
    ungated = launch(promote, asked.model_copy(update={"gate": False}))
    assert "a person took these weights back on 20" in ungated.verdict.reason
    assert ungated.restorer == restorer


def paused_run() -> FlowRun:
    """Wait until a run waits for a person."""
    chosen = FlowRunFilter.model_validate({"state": {"type": {"any_": ["PAUSED"]}}})
    deadline = monotonic() + 60
    with get_client(sync_client=True) as client:
        while monotonic() < deadline:
            for run in client.read_flow_runs(flow_run_filter=chosen):
                return run
            sleep(0.1)
    raise AssertionError("no run waits for a person")


@pytest.fixture
def person(
    server: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[dict[str, Any]], "Future[tuple[FlowRun, str]]"]:
    """Resumes the next run that waits, first without an answer, which is not enough."""
    monkeypatch.setattr(prefect_server, "ASK_SECONDS", 0.1)
    pool = ThreadPoolExecutor(1)

    def resume(answer: dict[str, Any]) -> tuple[FlowRun, str]:
        run = paused_run()
        with get_client(sync_client=True) as client:
            refused = client.resume_flow_run(run.id)
            client.resume_flow_run(run.id, run_input=answer)
        return run, str(refused.details)

    return lambda answer: pool.submit(copy_context().run, resume, answer)


def stage(parameters: PromoteParameters) -> Promoted:
    """Promote within another stage, as the pipeline does."""
    return host().run_stage(promote, parameters)


@pytest.mark.parametrize("decision", ["yes", "no"])
def test_a_run_on_a_server_waits_until_a_person_resumes_it(
    asked: PromoteParameters,
    person: Callable[[dict[str, Any]], "Future[tuple[FlowRun, str]]"],
    decision: str,
) -> None:
    resumed = person({"decision": decision, "note": "from the UI"})
    outcome = launch(stage, asked)
    run, refused = resumed.result()
    assert "'decision' is a required property" in refused
    assert run.name
    assert outcome.verdict.promoted is (decision == "yes")
    (row,) = read_history(asked.champions, "edge")
    assert (row.action, row.note) == ("promoted" if decision == "yes" else "refused", "from the UI")
    with get_client(sync_client=True) as client:
        after = client.read_flow_run(run.id)
    assert after.state is not None
    assert after.state.is_completed()


def test_a_run_that_nobody_resumes_ends_and_promotes_nothing(
    asked: PromoteParameters, server: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prefect_server, "PATIENCE_SECONDS", 0)
    with pytest.raises(NobodyAnsweredError, match="nobody resumed this run in time"):
        launch(promote, asked)
    assert find_champion(asked.champions, asked.candidate) == SHIPPED
