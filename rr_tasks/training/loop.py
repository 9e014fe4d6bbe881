"""The training loop: AdamW, cosine schedule, moving average of the weights, exact resume."""

import io
import os
import shutil
from collections.abc import Callable
from typing import Any

import torch
from torch import nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn
from transformers import get_cosine_schedule_with_warmup

from rr_tasks.precision import autocast
from rr_tasks.storage.failure import MissingFileError
from rr_tasks.storage.files import join, publish_when_written, read_bytes
from rr_tasks.training.log import TrainingLog
from rr_tasks.training.rounds import Batch, Batches
from schemas.errors import ExpectedError
from schemas.training import LoopSettings

Losses = dict[str, torch.Tensor]
LossFunction = Callable[[nn.Module, Batch, torch.Generator], Losses]
ProgressReport = Callable[[int, dict[str, float]], None]

CHECKPOINT = "checkpoint.pt"
"""Name of a run's checkpoint in its folder."""

_LOG_EVERY = 50


class TrainingDivergedError(ExpectedError, RuntimeError):
    """The loss is no longer a finite number."""


def train(
    model: nn.Module,
    loader: Batches,
    loss_function: LossFunction,
    settings: LoopSettings,
    folder: str,
    *,
    on_progress: ProgressReport,
) -> nn.Module:
    """Train `model`, or go on from the checkpoint in `folder`, and return the averaged weights.

    Args:
        model: updated in place.
        loader: batches by step.
        loss_function: takes the model, a batch and a generator seeded by the step; returns named
            scalars, of which `loss` is minimised.
        settings: see `LoopSettings`.
        folder: URL that receives `checkpoint.pt` and `log.jsonl`.
        on_progress: called with the step and the current averages every few steps.

    Raises:
        TrainingDivergedError: the loss or a weight became NaN or infinite; the last checkpoint is
            from before.
        MissingCompilerError: `settings.compiled` without a C++ compiler.
        UnwritableCheckpointError: the disk is full; the last checkpoint stays.
        StorageError: storage refuses.
    """
    state = _State(model, settings)
    first = state.load(join(folder, CHECKPOINT))
    log = TrainingLog(join(folder, "log.jsonl"), first)
    sums: dict[str, float] = {}
    logged = first
    model.train()
    if settings.compiled:
        _compile(model)
    for step in range(first, settings.steps):
        generator = torch.Generator().manual_seed(settings.seed * 1_000_003 + step)
        torch.manual_seed(settings.seed * 1_000_003 + step)  # dropout draws from the global one
        with autocast():
            losses = loss_function(model, loader.batch(step), generator)
        state.update(losses["loss"])
        for name, value in losses.items():
            sums[name] = sums.get(name, 0.0) + float(value.detach())
        done = step + 1
        if done % _LOG_EVERY == 0 or done == settings.steps:
            means = {name: total / (done - logged) for name, total in sums.items()}
            sums, logged = {}, done
            if not all(map(_is_finite, means.values())):
                raise _diverged(f"the loss is not finite at step {done}: {means}", folder)
            log.append({"step": done, "lr": state.learning_rate, **means})
            on_progress(done, means)
        if done % settings.checkpoint_every == 0 or done == settings.steps:
            if not all(value.isfinite().all() for value in model.state_dict().values()):
                raise _diverged(f"the weights are not finite at step {done}", folder)
            state.save(join(folder, CHECKPOINT), done)
    averaged: nn.Module = state.average.module
    return averaged.eval()


class MissingCompilerError(ExpectedError, RuntimeError):
    """A network is to be compiled on a machine that cannot."""


class UnwritableCheckpointError(ExpectedError, OSError):
    """A checkpoint does not fit on the disk."""


class _State:
    def __init__(self, model: nn.Module, settings: LoopSettings) -> None:
        self.model, self.settings = model, settings
        self.average = AveragedModel(
            model,
            multi_avg_fn=get_ema_multi_avg_fn(settings.ema_decay),  # type: ignore[no-untyped-call]
            use_buffers=True,
        )
        self.optimizer = torch.optim.AdamW(
            model.parameters(),
            lr=settings.learning_rate,
            betas=(0.9, 0.95),
            weight_decay=settings.weight_decay,
            fused=True,
        )
        self.schedule = get_cosine_schedule_with_warmup(
            self.optimizer, settings.warmup_steps, settings.steps
        )

    @property
    def learning_rate(self) -> float:
        return float(self.schedule.get_last_lr()[0])

    def update(self, loss: torch.Tensor) -> None:
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(self.model.parameters(), self.settings.gradient_clip)
        self.optimizer.step()
        self.schedule.step()
        self.average.update_parameters(self.model)

    def save(self, url: str, step: int) -> None:
        state = {"step": step, **{name: part.state_dict() for name, part in self._parts()}}
        try:
            with publish_when_written(url) as path:
                torch.save(state, path)
        except RuntimeError as error:  # how torch reports what the system refused
            raise UnwritableCheckpointError(
                f"{url}: cannot be written at step {step}; free some space and run the same "
                "command again to go on"
            ) from error

    def load(self, url: str) -> int:
        try:
            content = read_bytes(url)
        except MissingFileError:
            return 0
        saved = torch.load(io.BytesIO(content), weights_only=True)
        for name, part in self._parts():
            part.load_state_dict(saved[name])
        return int(saved["step"])

    def _parts(self) -> list[tuple[str, Any]]:
        return [
            ("model", self.model),
            ("average", self.average),
            ("optimizer", self.optimizer),
            ("schedule", self.schedule),
        ]


def _compile(model: nn.Module) -> None:
    compiler = os.environ.get("CXX", "g++")  # where torch looks
    if shutil.which(compiler) is None:
        raise MissingCompilerError(
            f"compiling needs a C++ compiler, and there is no {compiler} here; install one or "
            "train without --compile"
        )
    model.compile()


def _diverged(what: str, folder: str) -> TrainingDivergedError:
    return TrainingDivergedError(
        f"{what}; lower learning_rate and start again in another folder than {folder}"
    )


def _is_finite(value: float) -> bool:
    return abs(value) < float("inf")
