"""A run that aligns a small edge restorer, from data set to weights."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import cv2
import pytest
import torch

from rr_tasks.alignment import run
from rr_tasks.alignment.grpo import grpo_loss
from rr_tasks.alignment.nft import nft_loss
from rr_tasks.alignment.run import (
    SAMPLES,
    PartialJudgeError,
    ShortWalkError,
    check_alignment,
    run_alignment,
)
from rr_tasks.alignment.soundness import UnsoundJudgeError
from rr_tasks.alignment.validation import withhold
from rr_tasks.reasoner.network import ReasonerNetwork
from rr_tasks.restorer.network import RestorerNetwork
from rr_tasks.shards.stream import Piece
from rr_tasks.training.crops import load_crops
from rr_tasks.training.dataset import check_dataset
from rr_tasks.training.folder import OtherRunError
from rr_tasks.training.loop import CHECKPOINT
from rr_tasks.weights.file import (
    UnusableWeightsError,
    load_network,
    locate_shipped,
    read_record,
    save_network,
)
from schemas.alignment import RewardWeights
from schemas.parameters.alignment import AlignParameters
from schemas.reasoner import EdgeReasonerChoice
from schemas.restorer import EdgeRestorerChoice

START = "restorer.safetensors"
OBJECTIVES: dict[str, dict[str, Any]] = {
    "grpo": {"updates": 2, "worst_share": 0.5, "supervised": 0.1, "ratio": "mask"},
    "nft": {"accumulate": 2},
}


def silent(_step: int, _means: dict[str, float]) -> None:
    """Report nothing."""


@pytest.fixture
def parameters(
    dataset: str,
    annotations: str,
    tmp_path: Path,
    restorer_network: Callable[..., RestorerNetwork],
    reasoner_network: Callable[[int], ReasonerNetwork],
    monkeypatch: pytest.MonkeyPatch,
) -> AlignParameters:
    monkeypatch.setattr("rr_tasks.alignment.validation.MOST_LOOKS", 2)
    restorer, judge = str(tmp_path / START), str(tmp_path / "judge")
    save_network(restorer_network(noise=0.1), restorer, {"shards": "field-0123456789abcdef"})
    save_network(reasoner_network(1), judge, {})
    return AlignParameters(
        shards=dataset,
        annotations=annotations,
        output=str(tmp_path / "run"),
        restorer=EdgeRestorerChoice(weights=restorer),
        judge=EdgeReasonerChoice(weights=judge),
        rewards=RewardWeights(local=0.0, naturalness=0.0),
        steps=4,
        groups=2,
        members=3,
        crop_side=32,
        learning_rate=1e-3,
        noise=1.0,
        least_spread=0.0,
        examine_every=2,
        device="cpu",
    )


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_a_resumed_run_ends_with_exactly_the_same_weights(
    objective: str,
    parameters: AlignParameters,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    dies_after: Callable[..., Any],
    power_cut: type[Exception],
) -> None:
    given = {"objective": objective, **OBJECTIVES[objective]}
    through = parameters.model_copy(update=given)
    parts = through.model_copy(update={"output": str(tmp_path / "again")})
    check_alignment(through)
    target = run_alignment(through, silent)
    name, loss = {"grpo": ("grpo_loss", grpo_loss), "nft": ("nft_loss", nft_loss)}[objective]
    with monkeypatch.context() as patch:
        patch.setattr(run, name, dies_after(loss, 3 * parts.accumulate))
        with pytest.raises(power_cut):
            run_alignment(parts, silent)
    resumed = run_alignment(parts, silent)
    assert Path(resumed).read_bytes() == Path(target).read_bytes()
    folders = [Path(one.output) for one in (through, parts)]
    logs = [(folder / "log.jsonl").read_text() for folder in folders]
    assert logs[0] == logs[1]
    learned = [torch.load(folder / CHECKPOINT)["learned"] for folder in folders]
    assert all(torch.equal(value, learned[1][key]) for key, value in learned[0].items())
    start = load_network(str(tmp_path / START), RestorerNetwork).state_dict()
    assert not torch.equal(learned[0]["network.leave.weight"], start["leave.weight"])
    _check_folder(folders[0], through, logs[0])


def _check_folder(folder: Path, parameters: AlignParameters, log: str) -> None:
    rows = [json.loads(line) for line in log.splitlines()]
    assert [row["step"] for row in rows if "guard_psnr" in row] == [0, 2, 4]
    expected = {"reward_total", "reward_severity", "groups_spreadless", "kl", "gradient_norm"}
    assert all(expected <= row.keys() for row in rows if "loss" in row)
    sheets = sorted((folder / SAMPLES).iterdir())
    assert [sheet.name for sheet in sheets] == ["000000.jpg", "000002.jpg", "000004.jpg"]
    assert cv2.imread(str(sheets[0])).shape == (2 * 256, 3 * 256, 3)
    record = read_record(str(folder / "edge-restorer.safetensors"))
    assert record["method"]["objective"] == parameters.objective
    assert record["sources"] == ["field", "grid"]


def test_a_finished_run_is_left_alone_and_another_one_refused(
    parameters: AlignParameters, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(run, "train", lambda *_, **__: None)
        target = run_alignment(parameters, silent)
    with monkeypatch.context() as patch:
        patch.setattr(run, "Policy", None)
        assert run_alignment(parameters, silent) == target
    with pytest.raises(OtherRunError, match="other settings"):
        run_alignment(parameters.model_copy(update={"noise": 0.1}), silent)


def test_an_unsound_judge_is_refused_before_anything_is_learned(
    parameters: AlignParameters, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rr_tasks.alignment.soundness._FEWEST", 1)
    with pytest.raises(UnsoundJudgeError, match="in none of 2 degraded photographs"):
        run_alignment(parameters, silent)
    assert not Path(parameters.output, CHECKPOINT).exists()


def test_what_is_withheld_for_the_guard_is_never_learned_from(
    parameters: AlignParameters, monkeypatch: pytest.MonkeyPatch
) -> None:
    dealt: list[Piece] = []

    def watch(*given: Any, without: Sequence[Piece], **options: Any) -> Any:
        dealt.extend(without)
        return load_crops(*given, without=without, **options)

    monkeypatch.setattr(run, "load_crops", watch)
    monkeypatch.setattr(run, "train", lambda *_, **__: None)
    run_alignment(parameters, silent)
    assert dealt == withhold(parameters.shards, check_dataset(parameters.shards)).samples


def test_what_cannot_learn_is_refused_before_any_work(parameters: AlignParameters) -> None:
    missing = EdgeRestorerChoice(weights=parameters.output)
    with pytest.raises(UnusableWeightsError, match="check the path"):
        check_alignment(parameters.model_copy(update={"restorer": missing}))
    with pytest.raises(ShortWalkError, match="a walk of 2 steps cannot explore in 2"):
        check_alignment(parameters.model_copy(update={"window": 2}))
    reporter = EdgeReasonerChoice(weights=locate_shipped("edge-judge"))
    with pytest.raises(PartialJudgeError, match="it must not reward them"):
        check_alignment(parameters.model_copy(update={"judge": reporter}))
