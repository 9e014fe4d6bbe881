"""Stages whose models are of Qwen ask for a GPU, so that limits of GPUs hold for them too."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from flows import align, assess, evaluate, train
from flows.terminal import Terminal
from schemas.parameters.alignment import AlignParameters
from schemas.parameters.assessment import AssessParameters
from schemas.parameters.base import Parameters
from schemas.parameters.evaluation import EvaluateParameters
from schemas.parameters.restorer_training import TrainRestorerParameters
from schemas.reasoner import QwenReasonerChoice
from schemas.restorer import QwenRestorerChoice
from tests.reasoners import RuleReasoner

REASONER, RESTORER = QwenReasonerChoice(model="m"), QwenRestorerChoice(model="m")


class ReachedError(Exception):
    """A stage has asked for a runner."""


@pytest.fixture
def asks_for_gpu(monkeypatch: pytest.MonkeyPatch) -> Callable[..., bool]:
    """Tells whether a stage asks for a GPU, without any models or data."""

    def reach(_host: Terminal, _workers: int, *, gpu: bool = False) -> None:
        raise ReachedError(gpu)

    def ask(stage: Callable[[Any], object], parameters: Parameters) -> bool:
        with pytest.raises(ReachedError) as reached:
            stage(parameters)
        (gpu,) = reached.value.args
        return bool(gpu)

    monkeypatch.setattr(Terminal, "runner", reach)
    monkeypatch.setattr(align, "check_alignment", lambda _: None)
    monkeypatch.setattr(train, "check_restorer_training", lambda _: None)
    monkeypatch.setattr(assess, "load_reasoner", lambda _: RuleReasoner())
    monkeypatch.setattr(assess, "_read_sources", lambda _: frozenset())
    for name in ("check_engine", "make_evaluation_set", "open_trial"):
        monkeypatch.setattr(evaluate, name, lambda *_: None)
    monkeypatch.setattr(evaluate, "rows_folder", lambda folder, _: folder)
    monkeypatch.setattr(evaluate, "done_shards", lambda _: [])
    return ask


def test_aligning(asks_for_gpu: Callable[..., bool]) -> None:
    def ask(**models: Any) -> bool:
        given = AlignParameters(shards="s", annotations="a", output="o", **models)
        return asks_for_gpu(align.align, given)

    assert ask(restorer=RESTORER)
    assert ask(judge=REASONER)
    assert not ask()


def test_evaluating(asks_for_gpu: Callable[..., bool], heldout: Path, tmp_path: Path) -> None:
    def ask(**models: Any) -> bool:
        given = EvaluateParameters(photographs=str(heldout), output=str(tmp_path), **models)
        return asks_for_gpu(evaluate.evaluate, given)

    assert ask(restorer=RESTORER)
    assert ask(reasoner=REASONER)
    assert not ask()


def test_assessing(asks_for_gpu: Callable[..., bool], heldout: Path, tmp_path: Path) -> None:
    def ask(**models: Any) -> bool:
        given = AssessParameters(photographs=str(heldout), output=str(tmp_path), **models)
        return asks_for_gpu(assess.assess, given)

    assert ask(reasoner=REASONER)
    assert not ask()


def test_learning_from_a_teacher(asks_for_gpu: Callable[..., bool]) -> None:
    def ask(**models: Any) -> bool:
        given = TrainRestorerParameters(shards="s", annotations="a", output="o", **models)
        return asks_for_gpu(train.train_restorer, given)

    assert ask(teacher=RESTORER)
    assert not ask()


def test_people_hear_that_an_aligned_restorer_is_not_offloaded(
    asks_for_gpu: Callable[..., bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    monkeypatch.setattr(Terminal, "say", lambda _, message: said.append(message))
    for offload in ("none", "model"):
        choice = RESTORER.model_copy(update={"offload": offload})
        given = AlignParameters(shards="s", annotations="a", output="o", restorer=choice)
        asks_for_gpu(align.align, given)
    (message,) = said
    assert message.endswith("offload=model counts where it restores")
