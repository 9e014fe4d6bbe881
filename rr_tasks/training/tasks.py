"""Tasks of a runner: each trains, or resumes from a checkpoint."""

from functools import partial

from rr_tasks.progress import Progress, report
from rr_tasks.threads import compute_in_threads, compute_threads
from rr_tasks.training.run import run_reasoner_training, run_restorer_training
from schemas.parameters.editor_training import TrainEditorParameters
from schemas.parameters.reasoner_training import TrainReasonerParameters
from schemas.parameters.restorer_training import TrainRestorerParameters


def train_reasoner_task(parameters: TrainReasonerParameters) -> str:
    """See `rr_tasks.training.run.run_reasoner_training`; it uses every core."""
    compute_in_threads(compute_threads())
    return run_reasoner_training(parameters, partial(_report, "train reasoner"))


def train_restorer_task(parameters: TrainRestorerParameters) -> str:
    """See `rr_tasks.training.run.run_restorer_training`; it uses every core."""
    compute_in_threads(compute_threads())
    return run_restorer_training(parameters, partial(_report, "train restorer"))


def train_editor_task(parameters: TrainEditorParameters) -> str:
    """See `rr_tasks.training.editor.run_editor_training`; it uses every core."""
    # Late, because only this needs diffusers and peft.
    from rr_tasks.training.editor import run_editor_training  # noqa: PLC0415

    compute_in_threads(compute_threads())
    return run_editor_training(parameters, partial(_report, "train editor"))


def _report(task: str, step: int, means: dict[str, float]) -> None:
    report(Progress(task, step, figures=means))
