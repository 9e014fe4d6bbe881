"""Teaches the vision tower of a small Qwen3-VL to see degradations, before it learns to write.

Published vision-language models begin with a vision tower that has learned to see. Here a linear
layer reads presence and severity of each type from the mean of what the tower hands to the
language model. Without the language model a step costs a fraction, so the tower sees far more
photographs.
"""

import sys
from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
import polars as pl
import torch
from safetensors.torch import load_file, save_file
from torch import nn
from torch.nn import functional
from transformers import (
    AutoModelForImageTextToText,
    AutoProcessor,
    PreTrainedModel,
    Qwen2VLImageProcessor,
)

from rr_tasks.evaluation.presence import tabulate_presence
from rr_tasks.photographs.pixels import Bytes
from rr_tasks.shards.png import decode_png
from rr_tasks.shards.stream import Sample, ShardStream, unpack
from rr_tasks.training.dataset import check_dataset
from rr_tasks.training.epochs import deal_epochs
from rr_tasks.training.loop import ProgressReport, train
from rr_tasks.training.objective import Losses, Objective
from rr_tasks.training.rounds import Batch, RoundLoader
from schemas.prior.current import DEGRADATIONS
from schemas.prior.migrations import load_prior
from schemas.training import LoopSettings

_PHOTOGRAPHS_PER_ROUND = 512
_SEVERITY_WEIGHT = 4.0
_COLUMNS = [f"{side}_{name}" for side in ("true", "found") for name in DEGRADATIONS]

READING = "reading.safetensors"
"""The linear layer, which lies beside the model and is no part of it."""


class Seen(NamedTuple):
    """A photograph, and the severity of each type, 0-1."""

    image: Bytes
    severities: list[float]


def report(name: str) -> ProgressReport:
    """Make a function that prints the progress of the training of this name."""

    def write(step: int, means: dict[str, float]) -> None:
        sys.stderr.write(f"{name}, step {step}: {means}\n")

    return write


def teach_to_see(start: Path, shards: str, output: Path, settings: LoopSettings) -> Path:
    """Train the vision tower of a model, but not its patch embedding, or resume.

    Returns:
        Folder of the model with the new tower.
    """
    made = output / "model"
    if made.exists():
        return made
    model = AutoModelForImageTextToText.from_pretrained(start, attn_implementation="eager")
    processor = AutoProcessor.from_pretrained(start)
    model.model.visual.patch_embed.requires_grad_(requires_grad=False)
    torch.manual_seed(settings.seed)
    tower, markers = Tower(model), check_dataset(shards)
    with RoundLoader(
        deal_epochs(markers, samples_per_round=_PHOTOGRAPHS_PER_ROUND, seed=settings.seed),
        ShardStream(shards, markers, "degraded.png", "prior.json").read,
        _prepare,
        partial(_collate, processor.image_processor),
        examples_per_sample=1,
        batch_size=settings.batch_size,
    ) as batches:
        train(
            Objective(tower, partial(see_loss, tower)),
            batches,
            settings,
            str(output),
            device=torch.device("cpu"),
            on_progress=report(output.name),
        )
    save_file(tower.reading.state_dict(), output / READING)
    part = output / "part"
    model.save_pretrained(part)
    processor.save_pretrained(part)
    return part.rename(made)


def tabulate_sight(folder: Path, batches: Iterable[list[Sample]]) -> pl.DataFrame:
    """Measure what the linear layer reads from a tower; a miss counts with its full severity.

    Args:
        folder: what `teach_to_see` returned.
        batches: samples of a data set.
    """
    model = AutoModelForImageTextToText.from_pretrained(folder, attn_implementation="eager")
    processor = AutoProcessor.from_pretrained(folder)
    tower = Tower(model).eval()
    tower.reading.load_state_dict(load_file(folder.parent / READING))
    rows = []
    for samples in batches:
        batch = _collate(processor.image_processor, [_show(sample) for sample in samples])
        with torch.inference_mode():
            presence, severity = tower(batch["patches"], batch["grids"]).unbind(1)
        found = (presence > 0) * severity.clamp(0, 1)
        for values in torch.cat([batch["severities"], found], 1) * 100:
            rows.append(dict(zip(_COLUMNS, values.tolist(), strict=True)))
    return tabulate_presence(pl.DataFrame(rows)).select(
        "type", "balanced_accuracy", "severity_error"
    )


class Tower(nn.Module):
    """The vision tower of a model, and a linear layer that reads it.

    Args:
        model: it shares its tower.
    """

    def __init__(self, model: PreTrainedModel) -> None:
        super().__init__()
        self.visual = model.model.visual
        self.visual.deepstack_merger_list.requires_grad_(requires_grad=False)  # not read
        self.reading = nn.Linear(model.config.text_config.hidden_size, 2 * len(DEGRADATIONS))

    def forward(self, patches: torch.Tensor, grids: torch.Tensor) -> torch.Tensor:
        """Return logits of presence and severities, (B, 2, types)."""
        tokens = self.visual(patches, grids).pooler_output
        means = tokens.float().unflatten(0, (len(grids), -1)).mean(1)
        entries: torch.Tensor = self.reading(means)
        return entries.view(len(entries), 2, -1)


def see_loss(tower: nn.Module, batch: Batch, _: torch.Generator) -> Losses:
    """Cross-entropy of presence, and absolute error of the severity of what is present."""
    truth = batch["severities"]
    there = (truth > 0).float()
    presence, severity = tower(batch["patches"], batch["grids"]).float().unbind(1)
    unsure = functional.binary_cross_entropy_with_logits(presence, there)
    error = ((severity - truth).abs() * there).sum() / there.sum().clamp(min=1)
    return {"loss": unsure + _SEVERITY_WEIGHT * error, "presence": unsure, "error": 100 * error}


def _prepare(sample: Sample, rng: np.random.Generator) -> list[Seen]:
    """Swap colours, and mirror half of the photographs, since there are few."""
    seen = _show(sample)
    image = seen.image[..., rng.permutation(3)]
    if rng.random() < 0.5:
        image = image[:, ::-1]
    return [seen._replace(image=np.ascontiguousarray(image))]


def _show(sample: Sample) -> Seen:
    truth = unpack(sample, "prior.json", load_prior)
    severities = [finding.severity / 100 for finding in truth.findings.values()]
    return Seen(unpack(sample, "degraded.png", decode_png), severities)


def _collate(processor: Qwen2VLImageProcessor, examples: Sequence[Seen]) -> Batch:
    images = [torch.from_numpy(example.image).movedim(-1, 0) for example in examples]
    shown = processor(images=images, return_tensors="pt")
    return {
        "patches": shown["pixel_values"],
        "grids": shown["image_grid_thw"],
        "severities": torch.tensor([example.severities for example in examples]),
    }
