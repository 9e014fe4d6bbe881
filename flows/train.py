"""Shards and annotations -> weights of the reasoner and of the restorer."""

from prefect import flow

from flows.launch import in_flow_run, task_runner
from flows.progress import Advance, progress
from rr_tasks.training.loop import ProgressReport
from rr_tasks.training.run import check_reasoner_training, check_restorer_training
from rr_tasks.training.tasks import train_reasoner_task, train_restorer_task
from schemas.parameters import TrainReasonerParameters, TrainRestorerParameters


@flow(name="train reasoner", task_runner=task_runner())
def train_reasoner(parameters: TrainReasonerParameters) -> str:
    """Train the reasoner on the ground truth of synthesized shards; return its weights."""
    check_reasoner_training(parameters)
    task = train_reasoner_task if in_flow_run() else train_reasoner_task.fn
    with progress("Train reasoner", parameters.steps) as advance:
        return task(parameters, _shown_on(advance))


@flow(name="train restorer", task_runner=task_runner())
def train_restorer(parameters: TrainRestorerParameters) -> str:
    """Train the restorer on shards and their annotations; return its weights."""
    check_restorer_training(parameters)
    task = train_restorer_task if in_flow_run() else train_restorer_task.fn
    with progress("Train restorer", parameters.steps) as advance:
        return task(parameters, _shown_on(advance))


def _shown_on(advance: Advance) -> ProgressReport:
    def report(step: int, means: dict[str, float]) -> None:
        advance(step, "  ".join(f"{name} {value:.3f}" for name, value in means.items()))

    return report
