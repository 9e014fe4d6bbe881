"""The training loop, for any objective: on one device or several, resumed exactly."""

import os
import shutil
from collections.abc import Callable
from contextlib import nullcontext
from typing import Generic

import numpy as np
import torch
from accelerate import Accelerator
from accelerate.utils import broadcast_object_list, send_to_device
from torch import nn

from rr_tasks.device import autocast
from rr_tasks.storage.cache import cache_folder
from rr_tasks.storage.files import join
from rr_tasks.training.guard import Guard, Measures, Verdict
from rr_tasks.training.log import TrainingLog
from rr_tasks.training.objective import BatchT, Losses, Objective
from rr_tasks.training.processes import join_processes
from rr_tasks.training.rounds import Batches
from rr_tasks.training.state import TrainingState
from schemas.errors import ExpectedError
from schemas.training import LoopSettings

ProgressReport = Callable[[int, dict[str, float]], None]

CHECKPOINT = "checkpoint.pt"
"""Name of a run's checkpoint in its folder."""


class TrainingDivergedError(ExpectedError, RuntimeError):
    """The loss is no longer a finite number."""


class MissingCompilerError(ExpectedError, RuntimeError):
    """A network should be compiled, but this machine has no compiler."""


def train(
    objective: Objective[BatchT],
    batches: Batches[BatchT],
    settings: LoopSettings,
    folder: str,
    *,
    device: torch.device,
    on_progress: ProgressReport,
    log_every: int = 50,
    guard: Guard | None = None,
) -> None:
    """Train a network, or resume from the checkpoint in `folder`.

    Afterwards it has averaged weights, or those that a guard kept, and is in evaluation mode.

    Several processes may call this together, each with its own batches: they all take the same
    steps and have the same weights, and the first one writes and reports.

    Args:
        objective: its network moves to `device` and is updated in place.
        batches: batches by number; their tensors move to `device`.
        settings: see `LoopSettings`.
        folder: URL that receives `checkpoint.pt` and `log.jsonl`.
        device: see `rr_tasks.device.choose_device`.
        on_progress: called with the step and the current averages every `log_every` steps.
        log_every: steps of a row of the log.
        guard: looks at the averaged weights at the start and at every checkpoint, and may end the
            training early.

    Raises:
        TrainingDivergedError: the loss or a weight became NaN or infinite; the last checkpoint is
            older.
        MissingCompilerError: `settings.compiled` without a C++ compiler.
        UnwritableCheckpointError: the disk is full; the last checkpoint stays.
        StorageError: storage refuses.
    """
    processes = join_processes(device, idles=objective.idles)
    network = objective.network.to(device).train()
    state = TrainingState(network, settings)
    first = state.load(join(folder, CHECKPOINT))
    log = TrainingLog(join(folder, "log.jsonl"), first) if processes.is_main_process else None
    if settings.compiled:
        _compile(network)
    watch = None if guard is None else _Watch(guard, state, network, log, processes)
    if watch is not None and first == 0:
        watch.look(0)
    gradients = _Gradients(objective, settings, device, processes)
    totals, norms, logged = _Totals(), _Totals(), first
    for step in range(first, settings.steps):
        for number in range(step * settings.accumulate, (step + 1) * settings.accumulate):
            totals.add(gradients.add(batches.batch(number), number))
        norms.add({"gradient_norm": state.step()})
        done = step + 1
        if done % log_every == 0 or done == settings.steps:
            means = totals.take_means((done - logged) * settings.accumulate, processes)
            norm = norms.take_means(done - logged, processes)
            logged = done
            if not all(map(_is_finite, means.values())):
                raise _explain_divergence(f"the loss is not finite at step {done}: {means}", folder)
            if log is not None:
                log.append({"step": done, "lr": state.learning_rate, **norm, **means})
                on_progress(done, means)
        if done % settings.checkpoint_every == 0 or done == settings.steps:
            if not state.is_finite:
                raise _explain_divergence(f"the weights are not finite at step {done}", folder)
            stops = watch is not None and watch.look(done) == "stop"
            if processes.is_main_process:
                state.save(join(folder, CHECKPOINT), settings.steps if stops else done)
            if stops:
                break
    state.use_result()
    network.eval()


class _Watch:
    """Lets a guard see the averaged weights, and does what it says."""

    def __init__(
        self,
        guard: Guard,
        state: TrainingState,
        network: nn.Module,
        log: TrainingLog | None,
        processes: Accelerator,
    ) -> None:
        self._guard, self._state, self._network = guard, state, network
        self._log, self._processes = log, processes

    def look(self, step: int) -> Verdict:
        """Measure, log what was measured, and keep the weights if the guard says so."""
        measures: list[Measures] = [{}]
        if self._processes.is_main_process:
            self._network.eval()
            with self._state.averaged():
                measures = [dict(self._guard.measure(step))]
            self._network.train()
        broadcast_object_list(measures)
        self._state.history += measures
        if self._log is not None:
            row = {f"guard_{name}": value for name, value in measures[0].items()}
            self._log.append({"step": step, **row})
        verdict = self._guard.judge(self._state.history)
        if verdict == "keep":
            self._state.keep()
        return verdict


class _Gradients(Generic[BatchT]):
    """Adds up the gradients of a loss over the batches of a step, and over all processes."""

    def __init__(
        self,
        objective: Objective[BatchT],
        settings: LoopSettings,
        device: torch.device,
        processes: Accelerator,
    ) -> None:
        self._settings, self._device, self._processes = settings, device, processes
        self._loss = processes.prepare_model(_LossModule(objective))

    def add(self, batch: BatchT, number: int) -> Losses:
        """Add the gradients of a batch; processes exchange them after the last of a step."""
        processes, accumulate = self._processes, self._settings.accumulate
        generator = _seed_draws(self._settings.seed, number, processes.process_index)
        ends_step = (number + 1) % accumulate == 0
        with nullcontext() if ends_step else processes.no_sync(self._loss):
            with autocast(self._device):
                losses: Losses = self._loss(send_to_device(batch, self._device), generator)
            processes.backward(losses["loss"] / accumulate)
        return losses


class _LossModule(nn.Module, Generic[BatchT]):
    """A loss as a module, whose gradients `DistributedDataParallel` shares among processes."""

    def __init__(self, objective: Objective[BatchT]) -> None:
        super().__init__()
        self.network, self._loss = objective.network, objective.loss

    def forward(self, batch: BatchT, generator: torch.Generator) -> Losses:
        return self._loss(batch, generator)


class _Totals:
    """Adds up losses on the device, so that no step waits for it."""

    def __init__(self) -> None:
        self._sums: Losses = {}

    def add(self, losses: Losses) -> None:
        for name, value in losses.items():
            self._sums[name] = self._sums.get(name, 0.0) + value.detach()

    def take_means(self, count: int, processes: Accelerator) -> dict[str, float]:
        """Return the means of `count` losses per process, over all processes, and start again."""
        means = processes.reduce(torch.stack(list(self._sums.values())) / count, "mean")
        named = dict(zip(self._sums, means.tolist(), strict=True))
        self._sums = {}
        return named


def _seed_draws(seed: int, number: int, process: int) -> torch.Generator:
    """Seed the generators that a batch's loss draws from: its own, and the global one.

    Dropout draws from the global one, and must not follow the noise of the flow.
    """
    given, shared = np.random.SeedSequence((seed, number, process)).generate_state(2, np.uint64)
    torch.manual_seed(int(shared))
    return torch.Generator().manual_seed(int(given))


def _compile(network: nn.Module) -> None:
    compiler = os.environ.get("CXX", "g++")  # where torch looks
    if shutil.which(compiler) is None:
        raise MissingCompilerError(
            f"compiling needs a C++ compiler, and there is no {compiler} here; install one or "
            "train without --compile"
        )
    # By default a folder in TMPDIR with a name that anybody can guess; what it holds is run.
    os.environ.setdefault("TORCHINDUCTOR_CACHE_DIR", str(cache_folder("compiled")))
    network.compile()


def _explain_divergence(what: str, folder: str) -> TrainingDivergedError:
    return TrainingDivergedError(
        f"{what}; lower learning_rate and start again in another folder than {folder}"
    )


def _is_finite(value: float) -> bool:
    return abs(value) < float("inf")
