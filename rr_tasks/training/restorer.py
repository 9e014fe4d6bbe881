"""Teaches a restorer to undo degradations, with diagnoses as good as those it will get in use."""

from functools import partial
from typing import Any

from rr_tasks.restorer.protocol import Restorer
from rr_tasks.training.crops import load_crops
from rr_tasks.training.flow import flow_loss
from rr_tasks.training.loop import ProgressReport, train
from rr_tasks.training.objective import Objective
from rr_tasks.training.teaching import Lessons
from schemas.training import LoopSettings


def train_restorer(
    restorer: Restorer[Any],
    shards: str,
    annotations: str,
    settings: LoopSettings,
    *,
    crop_side: int,
    spectral_weight: float = 0.0,
    lessons: Lessons | None = None,
    folder: str,
    on_progress: ProgressReport,
) -> None:
    """Train a restorer, or resume; afterwards it has averaged weights.

    Args:
        restorer: updated in place.
        shards: URL of the synthesized data set.
        annotations: URL of the reasoner's diagnoses of the same samples.
        settings: length, rate and seed.
        crop_side: height and width of the crops, in pixels.
        spectral_weight: see `flow_loss`.
        lessons: restorations of a teacher, to learn from beside the truth.
        folder: receives the checkpoint and the log.
        on_progress: see `train`.
    """
    loss = partial(flow_loss, restorer, spectral_weight=spectral_weight)
    objective = Objective(restorer.trainable(), loss)
    data: dict[str, Any] = {
        "side": crop_side,
        "batch_size": settings.batch_size,
        "seed": settings.seed,
    }
    with load_crops(shards, annotations, restorer.survey, **data, lessons=lessons) as batches:
        train(objective, batches, settings, folder, device=restorer.device, on_progress=on_progress)
