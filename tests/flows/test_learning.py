"""What the pipeline trains, and from what, for each kind of model."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from flows import learning
from flows.host import use_host
from flows.learning import learn_from_judgement, learn_reasoner, learn_restorer
from flows.terminal import Terminal
from schemas.parameters.pipeline import PipelineParameters
from schemas.reasoner import EdgeReasonerChoice, QwenReasonerChoice
from schemas.restorer import EdgeRestorerChoice, QwenRestorerChoice


class Recorder(Terminal):
    """Runs nothing, but keeps what would be run."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, Any]] = []

    def run_stage(self, stage: Callable[[Any], Any], parameters: Any, **_: Any) -> Any:
        self.asked.append((stage.__name__, parameters))
        return "learned"


@pytest.fixture
def host() -> Iterator[Recorder]:
    recorder = Recorder()
    with use_host(recorder):
        yield recorder


def ask(**sections: Any) -> PipelineParameters:
    return PipelineParameters.model_validate(
        {"photographs": "p", "heldout": "h", "output": "work", **sections}
    )


def test_a_stage_of_no_steps_is_left_out(host: Recorder, tmp_path: Path) -> None:
    none = {"steps": 0}
    asked = ask(reasoner=none, restorer=none, alignment=none)
    assert learn_reasoner(asked, "shards") == EdgeReasonerChoice()
    assert learn_restorer(asked, "shards", "annotations") == EdgeRestorerChoice()
    restorer = EdgeRestorerChoice(weights="w")
    kept = learn_from_judgement(asked, "shards", "annotations", restorer, EdgeReasonerChoice())
    assert kept == (restorer, None)
    assert host.asked == []


def test_edge_models_learn_from_those_that_ship_or_are_named(host: Recorder, reasoner: str) -> None:
    asked = ask(reasoner={"steps": 3, "start": reasoner, "batch_size": 4}, seed=5)
    assert learn_reasoner(asked, "shards") == EdgeReasonerChoice(weights="learned")
    assert learn_restorer(asked, "s", "a") == EdgeRestorerChoice(weights="learned")
    (first, parameters), (second, others) = host.asked
    assert (first, second) == ("train_reasoner", "train_restorer")
    assert (parameters.start, parameters.steps, parameters.batch_size) == (reasoner, 3, 4)
    assert others.start == learning.locate_shipped("edge-restorer")
    assert (others.steps, others.batch_size, others.seed) == (60, 8, 5)
    assert parameters.output.startswith("work/reasoner/3-steps-")


def test_a_training_from_other_shipped_weights_has_a_folder_of_its_own(
    host: Recorder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(2):
        learn_restorer(ask(), "shards", "annotations")
    upgraded = tmp_path / "upgraded.safetensors"
    upgraded.write_bytes(b"other weights")
    monkeypatch.setattr(learning, "locate_shipped", lambda _: str(upgraded))
    learn_restorer(ask(), "shards", "annotations")
    before, again, after = (parameters.output for _, parameters in host.asked)
    assert before == again != after


def test_models_of_qwen_learn_adapters(
    host: Recorder, dataset: str, toy_editor: Callable[[Any], str]
) -> None:
    model = toy_editor("edit")
    start = {"kind": "qwen", "model": model}
    asked = ask(restorer={"start": start, "steps": 2, "rank": 4})
    made = learn_restorer(asked, dataset, "annotations")
    assert made == QwenRestorerChoice(model=model, adapter="learned")
    for learn, learned in (("adapter", {"adapter": "learned"}), ("full", {"model": "learned"})):
        asked = ask(reasoner={"start": start, "steps": 2, "learn": learn})
        assert learn_reasoner(asked, "shards") == QwenReasonerChoice.model_validate(start | learned)
    stages = [stage for stage, _ in host.asked]
    assert stages == ["train_editor", "train_language", "train_language"]
    parameters = host.asked[0][1]
    assert (parameters.start, parameters.rank, parameters.steps) == (model, 4, 2)
    assert len({parameters.output for _, parameters in host.asked}) == 3


@pytest.mark.parametrize(
    ("section", "problem"),
    [
        (
            {
                "reasoner": {
                    "steps": 1,
                    "start": {"kind": "remote", "url": "http://h", "model": "m"},
                }
            },
            "cannot be trained here",
        ),
        ({"reasoner": {"rank": 4}}, "models of Qwen"),
        ({"restorer": {"rank": 4}}, "models of Qwen"),
        (
            {"restorer": {"start": {"kind": "qwen", "model": "m", "adapter": "a"}}},
            "trained from the model",
        ),
        ({"restorer": {"steps": -1}}, "greater than or equal to 0"),
        ({"samples": 4}, "Extra inputs"),
    ],
)
def test_what_cannot_be_learned_is_refused(section: dict[str, Any], problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        ask(**section)
