import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from rr_tasks.training.loop import CHECKPOINT, Losses, TrainingDivergedError, train
from rr_tasks.training.rounds import Batch, Batches
from schemas.errors import ExpectedError
from schemas.training import LoopSettings

SETTINGS = LoopSettings(
    steps=120, batch_size=4, learning_rate=1e-2, warmup_steps=10, checkpoint_every=30, seed=3
)
Reports = list[tuple[int, dict[str, float]]]


def model() -> nn.Module:
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(2, 8), nn.Dropout(0.2), nn.SiLU(), nn.Linear(8, 1))


def loss(network: nn.Module, batch: Batch, generator: torch.Generator) -> Losses:
    x = batch["x"] + 0.1 * torch.randn(batch["x"].shape, generator=generator)
    error = (network(x)[:, 0] - batch["x"].sum(1)).square().mean()
    return {"loss": error, "distance": error.sqrt()}


class MadeUp:
    """Serves random batches, the same for the same step."""

    def batch(self, step: int) -> Batch:
        return {"x": torch.randn(4, 2, generator=torch.Generator().manual_seed(step % 16))}


@pytest.fixture
def loader() -> Batches:
    return MadeUp()


def rows(folder: Path) -> list[dict[str, float]]:
    return [json.loads(line) for line in (folder / "log.jsonl").read_text().splitlines()]


def silent(_step: int, _means: dict[str, float]) -> None:
    """Report nothing."""


def same(one: nn.Module, other: nn.Module) -> bool:
    other_state = other.state_dict()
    return all(torch.equal(value, other_state[name]) for name, value in one.state_dict().items())


@pytest.mark.parametrize("steps_before", [10, 30, 59, 60, 119])
def test_a_resumed_run_ends_with_exactly_the_same_weights(
    tmp_path: Path,
    loader: Batches,
    dies_after: Callable[..., Any],
    power_cut: type[Exception],
    steps_before: int,
) -> None:
    through = train(model(), loader, loss, SETTINGS, str(tmp_path / "one"), on_progress=silent)
    dying = dies_after(loss, steps_before)
    with pytest.raises(power_cut):
        train(model(), loader, dying, SETTINGS, str(tmp_path / "two"), on_progress=silent)
    torch.manual_seed(99)
    resumed = train(model(), loader, loss, SETTINGS, str(tmp_path / "two"), on_progress=silent)
    assert same(through, resumed)
    assert [row["step"] for row in rows(tmp_path / "two")] == [50, 100, 120]
    assert rows(tmp_path / "two")[-1] == pytest.approx(rows(tmp_path / "one")[-1])


def test_the_log_averages_over_the_steps_taken(
    tmp_path: Path, loader: Batches, dies_after: Callable[..., Any], power_cut: type[Exception]
) -> None:
    def constant(network: nn.Module, batch: Batch, _: torch.Generator) -> Losses:
        return {"loss": network(batch["x"]).sum() * 0 + 2.0}

    dying = dies_after(constant, 70)
    with pytest.raises(power_cut):
        train(model(), loader, dying, SETTINGS, str(tmp_path), on_progress=silent)
    reports: Reports = []
    train(
        model(),
        loader,
        constant,
        SETTINGS,
        str(tmp_path),
        on_progress=lambda step, means: reports.append((step, means)),
    )
    assert [row["loss"] for row in rows(tmp_path)] == [2.0, 2.0, 2.0]
    assert reports == [(100, {"loss": 2.0}), (120, {"loss": 2.0})]


def test_a_finished_run_is_not_trained_again(tmp_path: Path, loader: Batches) -> None:
    def never(*_: Any) -> Losses:
        pytest.fail("a finished run was trained")

    finished = train(model(), loader, loss, SETTINGS, str(tmp_path), on_progress=silent)
    again = train(model(), loader, never, SETTINGS, str(tmp_path), on_progress=silent)
    assert same(finished, again)
    assert not again.training


def test_the_result_is_the_moving_average(tmp_path: Path, loader: Batches) -> None:
    lively, sluggish = model(), model()
    frozen = SETTINGS.model_copy(update={"ema_decay": 1.0})
    averaged = train(lively, loader, loss, SETTINGS, str(tmp_path / "a"), on_progress=silent)
    assert not same(averaged, lively)
    start = train(sluggish, loader, loss, frozen, str(tmp_path / "b"), on_progress=silent)
    assert not same(start, averaged)


def test_it_learns(tmp_path: Path, loader: Batches) -> None:
    train(model(), loader, loss, SETTINGS, str(tmp_path), on_progress=silent)
    assert rows(tmp_path)[-1]["loss"] < 0.5 * rows(tmp_path)[0]["loss"]
    assert rows(tmp_path)[-1]["lr"] < rows(tmp_path)[0]["lr"]


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_loss_that_is_no_number_stops_the_run(
    tmp_path: Path, loader: Batches, value: float
) -> None:
    def diverging(network: nn.Module, batch: Batch, generator: torch.Generator) -> Losses:
        return {"loss": loss(network, batch, generator)["loss"] * value}

    rarely_saved = SETTINGS.model_copy(update={"checkpoint_every": 60})
    with pytest.raises(TrainingDivergedError, match=r"loss is not finite at step 50.*lower lear"):
        train(model(), loader, diverging, rarely_saved, str(tmp_path), on_progress=silent)
    assert issubclass(TrainingDivergedError, ExpectedError)
    assert not (tmp_path / "log.jsonl").exists()


def test_no_checkpoint_holds_what_is_no_number(tmp_path: Path, loader: Batches) -> None:
    calls = 0

    def diverging(network: nn.Module, batch: Batch, generator: torch.Generator) -> Losses:
        nonlocal calls
        calls += 1
        found = loss(network, batch, generator)
        return found if calls <= 51 else {**found, "loss": found["loss"] * float("nan")}

    with pytest.raises(TrainingDivergedError, match=r"weights are not finite at step 60; lower"):
        train(model(), loader, diverging, SETTINGS, str(tmp_path), on_progress=silent)
    saved = torch.load(tmp_path / CHECKPOINT, weights_only=True)
    assert saved["step"] == 30
    assert all(value.isfinite().all() for value in saved["model"].values())


def test_a_gradient_that_is_no_number_is_noticed_though_the_loss_is_one(
    tmp_path: Path, loader: Batches
) -> None:
    def treacherous(network: nn.Module, batch: Batch, generator: torch.Generator) -> Losses:
        found = loss(network, batch, generator)["loss"]
        return {"loss": found + torch.sqrt(found * 0)}  # the slope of a root at 0 is infinite

    short = SETTINGS.model_copy(update={"steps": 1, "warmup_steps": 0})
    with pytest.raises(TrainingDivergedError, match="weights are not finite at step 1"):
        train(model(), loader, treacherous, short, str(tmp_path), on_progress=silent)
    assert not (tmp_path / CHECKPOINT).exists()


def test_a_save_that_is_cut_off_keeps_the_last_checkpoint(
    tmp_path: Path, loader: Batches, monkeypatch: pytest.MonkeyPatch
) -> None:
    save, saves = torch.save, 0

    def cut_off(state: Any, path: Path) -> None:
        nonlocal saves
        saves += 1
        if saves == 2:
            path.write_bytes(b"half a checkpoint")
            raise OSError("disk full")
        save(state, path)

    with monkeypatch.context() as patch:
        patch.setattr(torch, "save", cut_off)
        with pytest.raises(OSError, match="disk full"):
            train(model(), loader, loss, SETTINGS, str(tmp_path / "two"), on_progress=silent)
    resumed = train(model(), loader, loss, SETTINGS, str(tmp_path / "two"), on_progress=silent)
    through = train(model(), loader, loss, SETTINGS, str(tmp_path / "one"), on_progress=silent)
    assert same(resumed, through)


@pytest.mark.skipif(shutil.which("g++") is None, reason="compiling needs g++")
def test_a_compiled_network_learns_the_same_and_keeps_the_names_of_its_weights(
    tmp_path: Path, loader: Batches
) -> None:
    runs = {
        compiled: train(
            model(),
            loader,
            loss,
            SETTINGS.model_copy(update={"steps": 20, "compiled": compiled}),
            str(tmp_path / str(compiled)),
            on_progress=silent,
        ).state_dict()
        for compiled in (False, True)
    }
    assert runs[True].keys() == runs[False].keys()
    for name, value in runs[False].items():
        torch.testing.assert_close(runs[True][name], value, rtol=0.2, atol=0.2)


def test_compiling_without_a_compiler_is_an_expected_error(
    tmp_path: Path, loader: Batches, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CXX", "no-such-compiler")
    settings = SETTINGS.model_copy(update={"compiled": True})
    with pytest.raises(ExpectedError, match=r"no no-such-compiler here; install one or"):
        train(model(), loader, loss, settings, str(tmp_path), on_progress=silent)
