import json
import shutil
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from rr_tasks.training.guard import Measures, Verdict
from rr_tasks.training.loop import CHECKPOINT, TrainingDivergedError, _seed_draws, train
from rr_tasks.training.objective import Losses, Objective
from rr_tasks.training.rounds import Batch, Batches
from schemas.errors import ExpectedError
from schemas.training import LoopSettings

SETTINGS = LoopSettings(
    steps=120, batch_size=4, learning_rate=1e-2, warmup_steps=10, checkpoint_every=30, seed=3
)
CPU = torch.device("cpu")
Reports = list[tuple[int, dict[str, float]]]
LossOf = Callable[[nn.Module, Batch, torch.Generator], Losses]


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
def loader() -> Batches[Batch]:
    return MadeUp()


def rows(folder: Path) -> list[dict[str, float]]:
    return [json.loads(line) for line in (folder / "log.jsonl").read_text().splitlines()]


def run(
    network: nn.Module,
    batches: Batches[Batch],
    of: LossOf,
    settings: LoopSettings,
    folder: Path,
    on_progress: Callable[[int, dict[str, float]], None] = lambda *_: None,
) -> nn.Module:
    objective = Objective(network, partial(of, network))
    train(objective, batches, settings, str(folder), device=CPU, on_progress=on_progress)
    return network


def same(one: nn.Module, other: nn.Module) -> bool:
    other_state = other.state_dict()
    return all(torch.equal(value, other_state[name]) for name, value in one.state_dict().items())


@pytest.mark.parametrize("steps_before", [10, 30, 59, 60, 119])
def test_a_resumed_run_ends_with_exactly_the_same_weights(
    tmp_path: Path,
    loader: Batches[Batch],
    dies_after: Callable[..., Any],
    power_cut: type[Exception],
    steps_before: int,
) -> None:
    through = run(model(), loader, loss, SETTINGS, tmp_path / "one")
    dying = dies_after(loss, steps_before)
    with pytest.raises(power_cut):
        run(model(), loader, dying, SETTINGS, tmp_path / "two")
    torch.manual_seed(99)
    resumed = run(model(), loader, loss, SETTINGS, tmp_path / "two")
    assert same(through, resumed)
    assert [row["step"] for row in rows(tmp_path / "two")] == [50, 100, 120]
    assert rows(tmp_path / "two")[-1] == pytest.approx(rows(tmp_path / "one")[-1])


def test_the_log_averages_over_the_steps_taken(
    tmp_path: Path,
    loader: Batches[Batch],
    dies_after: Callable[..., Any],
    power_cut: type[Exception],
) -> None:
    def constant(network: nn.Module, batch: Batch, _: torch.Generator) -> Losses:
        return {"loss": network(batch["x"]).sum() * 0 + 2.0}

    dying = dies_after(constant, 70)
    with pytest.raises(power_cut):
        run(model(), loader, dying, SETTINGS, tmp_path)
    reports: Reports = []
    run(
        model(),
        loader,
        constant,
        SETTINGS,
        tmp_path,
        lambda step, means: reports.append((step, means)),
    )
    assert [row["loss"] for row in rows(tmp_path)] == [2.0, 2.0, 2.0]
    assert reports == [(100, {"loss": 2.0}), (120, {"loss": 2.0})]


def test_a_finished_run_is_not_trained_again(tmp_path: Path, loader: Batches[Batch]) -> None:
    def never(*_: Any) -> Losses:
        pytest.fail("a finished run was trained")

    finished = run(model(), loader, loss, SETTINGS, tmp_path)
    again = run(model(), loader, never, SETTINGS, tmp_path)
    assert same(finished, again)
    assert not again.training


def test_the_result_is_the_moving_average(tmp_path: Path, loader: Batches[Batch]) -> None:
    ends = {
        decay: run(
            model(),
            loader,
            loss,
            SETTINGS.model_copy(update={"ema_decay": decay}),
            tmp_path / str(decay),
        ).state_dict()["0.weight"]
        for decay in (0.0, 0.9, 1.0)
    }
    checkpoint = torch.load(tmp_path / "0.9" / CHECKPOINT, weights_only=True)
    assert torch.equal(ends[0.0], checkpoint["learned"]["0.weight"])
    assert torch.equal(ends[0.9], checkpoint["average"]["0.weight"])
    distances = [float((ends[decay] - ends[0.0]).norm()) for decay in (0.9, 1.0)]
    assert 0 < distances[0] < distances[1]


def test_it_learns(tmp_path: Path, loader: Batches[Batch]) -> None:
    run(model(), loader, loss, SETTINGS, tmp_path)
    assert rows(tmp_path)[-1]["loss"] < 0.5 * rows(tmp_path)[0]["loss"]
    assert rows(tmp_path)[-1]["lr"] < rows(tmp_path)[0]["lr"]


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_loss_that_is_no_number_stops_the_run(
    tmp_path: Path, loader: Batches[Batch], value: float
) -> None:
    def diverging(network: nn.Module, batch: Batch, generator: torch.Generator) -> Losses:
        return {"loss": loss(network, batch, generator)["loss"] * value}

    rarely_saved = SETTINGS.model_copy(update={"checkpoint_every": 60})
    with pytest.raises(TrainingDivergedError, match=r"loss is not finite at step 50.*lower lear"):
        run(model(), loader, diverging, rarely_saved, tmp_path)
    assert issubclass(TrainingDivergedError, ExpectedError)
    assert not (tmp_path / "log.jsonl").exists()


def test_no_checkpoint_holds_what_is_no_number(tmp_path: Path, loader: Batches[Batch]) -> None:
    calls = 0

    def diverging(network: nn.Module, batch: Batch, generator: torch.Generator) -> Losses:
        nonlocal calls
        calls += 1
        found = loss(network, batch, generator)
        return found if calls <= 51 else {**found, "loss": found["loss"] * float("nan")}

    with pytest.raises(TrainingDivergedError, match=r"weights are not finite at step 60; lower"):
        run(model(), loader, diverging, SETTINGS, tmp_path)
    saved = torch.load(tmp_path / CHECKPOINT, weights_only=True)
    assert saved["step"] == 30
    assert all(value.isfinite().all() for value in saved["learned"].values())


def test_a_gradient_that_is_no_number_is_noticed_though_the_loss_is_one(
    tmp_path: Path, loader: Batches
) -> None:
    def treacherous(network: nn.Module, batch: Batch, generator: torch.Generator) -> Losses:
        found = loss(network, batch, generator)["loss"]
        return {"loss": found + torch.sqrt(found * 0)}  # the slope of a root at 0 is infinite

    short = SETTINGS.model_copy(update={"steps": 1, "warmup_steps": 0})
    with pytest.raises(TrainingDivergedError, match="weights are not finite at step 1"):
        run(model(), loader, treacherous, short, tmp_path)
    assert not (tmp_path / CHECKPOINT).exists()


def test_a_save_that_is_cut_off_keeps_the_last_checkpoint(
    tmp_path: Path, loader: Batches[Batch], monkeypatch: pytest.MonkeyPatch
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
            run(model(), loader, loss, SETTINGS, tmp_path / "two")
    resumed = run(model(), loader, loss, SETTINGS, tmp_path / "two")
    through = run(model(), loader, loss, SETTINGS, tmp_path / "one")
    assert same(resumed, through)


@pytest.mark.skipif(shutil.which("g++") is None, reason="compiling needs g++")
def test_a_compiled_network_learns_the_same_and_keeps_the_names_of_its_weights(
    tmp_path: Path, loader: Batches
) -> None:
    runs = {
        compiled: run(
            model(),
            loader,
            loss,
            SETTINGS.model_copy(update={"steps": 20, "compiled": compiled}),
            tmp_path / str(compiled),
        ).state_dict()
        for compiled in (False, True)
    }
    assert runs[True].keys() == runs[False].keys()
    for name, value in runs[False].items():
        torch.testing.assert_close(runs[True][name], value, rtol=0.2, atol=0.2)


def test_compiling_without_a_compiler_is_an_expected_error(
    tmp_path: Path, loader: Batches[Batch], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CXX", "no-such-compiler")
    settings = SETTINGS.model_copy(update={"compiled": True})
    with pytest.raises(ExpectedError, match=r"no no-such-compiler here; install one or"):
        run(model(), loader, loss, settings, tmp_path)


def test_accumulated_batches_teach_what_one_large_batch_does(tmp_path: Path) -> None:
    class Halves:
        def __init__(self, size: int) -> None:
            self.size = size

        def batch(self, number: int) -> Batch:
            all_of_it = torch.randn(80, 2, generator=torch.Generator().manual_seed(0))
            return {"x": all_of_it[number * self.size : (number + 1) * self.size]}

    def plain(network: nn.Module, batch: Batch, _: torch.Generator) -> Losses:
        return {"loss": (network(batch["x"])[:, 0] - batch["x"].sum(1)).square().mean()}

    trained, logged = [], []
    for parts in (1, 4):
        torch.manual_seed(0)
        settings = SETTINGS.model_copy(update={"steps": 10, "accumulate": parts})
        folder = tmp_path / str(parts)
        trained.append(run(nn.Linear(2, 1), Halves(8 // parts), plain, settings, folder))
        logged.append(rows(folder))
    for one, other in zip(trained[0].parameters(), trained[1].parameters(), strict=True):
        assert torch.allclose(one, other, atol=1e-6)
    assert logged[0][0] == pytest.approx(logged[1][0], rel=1e-3)  # in bfloat16


class Adapted(nn.Module):
    """A frozen network with a small one beside it that learns."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.base, self.adapter = nn.Linear(2, 1), nn.Linear(2, 1)
        self.base.requires_grad_(False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        out: torch.Tensor = self.base(x) + self.adapter(x)
        return out


def test_only_what_may_learn_is_trained_averaged_and_saved(
    tmp_path: Path,
    loader: Batches[Batch],
    dies_after: Callable[..., Any],
    power_cut: type[Exception],
) -> None:
    through = run(Adapted(), loader, loss, SETTINGS, tmp_path / "one")
    before = Adapted().state_dict()
    changed = {n for n, value in through.state_dict().items() if not torch.equal(value, before[n])}
    assert changed == {"adapter.weight", "adapter.bias"}
    saved = torch.load(tmp_path / "one" / CHECKPOINT, weights_only=True)
    assert saved["learned"].keys() == saved["average"].keys() == changed
    with pytest.raises(power_cut):
        run(Adapted(), loader, dies_after(loss, 61), SETTINGS, tmp_path / "two")
    assert same(through, run(Adapted(), loader, loss, SETTINGS, tmp_path / "two"))


def test_every_batch_and_process_draws_its_own_and_dropout_does_not_follow_the_flow() -> None:
    drawn = []
    for number, process in ((0, 0), (1, 0), (0, 1)):
        generator = _seed_draws(3, number, process)
        drawn += [torch.rand(8, generator=generator), torch.rand(8)]
    assert len({tuple(values.tolist()) for values in drawn}) == len(drawn)
    again = _seed_draws(3, 0, 0)
    assert torch.equal(torch.rand(8, generator=again), drawn[0])
    assert torch.equal(torch.rand(8), drawn[1])


class Watcher:
    """Keeps the weights with the lowest error so far, and stops after so many measurements."""

    def __init__(self, network: nn.Module, batches: Batches[Batch], last: int = 99) -> None:
        self.network, self.batches, self.last = network, batches, last

    def measure(self, step: int) -> dict[str, float]:
        assert not self.network.training
        with torch.no_grad():
            found = loss(self.network, self.batches.batch(0), torch.Generator().manual_seed(0))
        return {"error": float(found["loss"])}

    def judge(self, history: Sequence[Measures]) -> Verdict:
        if len(history) > self.last:
            return "stop"
        return "keep" if history[-1] == min(history, key=lambda one: one["error"]) else "go on"


def watch(loader: Batches[Batch], of: LossOf, folder: Path, last: int) -> nn.Module:
    network = model()
    objective = Objective(network, partial(of, network))
    options: dict[str, Any] = {"device": CPU, "on_progress": lambda *_: None, "log_every": 10}
    train(objective, loader, SETTINGS, str(folder), **options, guard=Watcher(network, loader, last))
    return network


def test_a_guard_stops_a_run_and_takes_back_the_weights_it_kept(
    tmp_path: Path, loader: Batches[Batch]
) -> None:
    climbing = SETTINGS.model_copy(update={"learning_rate": 0.3})

    def worsening(network: nn.Module, batch: Batch, generator: torch.Generator) -> Losses:
        found = loss(network, batch, generator)
        return {**found, "loss": -found["loss"]}

    network = model()
    start = {name: value.clone() for name, value in network.state_dict().items()}
    objective = Objective(network, partial(worsening, network))
    guard = Watcher(network, loader, last=2)
    options: dict[str, Any] = {"device": CPU, "on_progress": lambda *_: None, "guard": guard}
    train(objective, loader, climbing, str(tmp_path), **options)
    assert all(torch.equal(value, start[name]) for name, value in network.state_dict().items())
    assert [row["step"] for row in rows(tmp_path) if "guard_error" in row] == [0, 30, 60]
    again = model()
    options["guard"] = Watcher(again, loader)
    train(Objective(again, partial(worsening, again)), loader, climbing, str(tmp_path), **options)
    assert same(network, again)  # a run that was stopped does not go on


@pytest.mark.parametrize("steps_before", [20, 61])
def test_a_guarded_run_resumes_exactly(
    tmp_path: Path,
    loader: Batches[Batch],
    dies_after: Callable[..., Any],
    power_cut: type[Exception],
    steps_before: int,
) -> None:
    through = watch(loader, loss, tmp_path / "one", last=3)
    with pytest.raises(power_cut):
        watch(loader, dies_after(loss, steps_before), tmp_path / "two", last=3)
    assert same(through, watch(loader, loss, tmp_path / "two", last=3))
    logs = [(tmp_path / name / "log.jsonl").read_text() for name in ("one", "two")]
    assert logs[0] == logs[1]
    assert json.loads(logs[0].splitlines()[-1])["step"] == 90
